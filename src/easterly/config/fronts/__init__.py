"""Front ends of inference services: what balancers of every make are filled with."""
