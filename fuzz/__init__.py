"""What must hold of any bytes at all, tried on inputs that grow out of what code they reach."""
