"""Routes of structured fabrics, by formula."""
