from app.runtime.auth.dependencies import CurrentCustomer, MoverOrCustomer

QuotesWrite = CurrentCustomer
QuotesRead = MoverOrCustomer
