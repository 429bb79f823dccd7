"""What is asked of the floor. Queries over several clients run in the operator's scope, on the shared tables alone."""
