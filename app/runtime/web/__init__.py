"""HTTP: middlewares, problems, the route class around every use case, sessions as dependencies, paging, ETags, docs."""
