"""What the calculators share: options with units, pages for people, and the answer about a collective."""
