"""When growth fills a site, as it is answered."""
