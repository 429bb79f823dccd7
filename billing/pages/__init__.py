"""The pages of billing: for the client what it will cost and why, for the operator what is to be closed."""
