"""Labs whose switches are bridges of Open vSwitch, with the flows and groups that are rendered for them."""
