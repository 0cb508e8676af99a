"""What failures cost, as it is answered."""
