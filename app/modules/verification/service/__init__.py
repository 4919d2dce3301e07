"""Use cases of verification: a company's papers, its cases, its suspensions."""
