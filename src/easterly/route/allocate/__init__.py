"""Rates for demands on all their paths, with a bound: what one call of `easterly.route.solve` poses and reads back."""
