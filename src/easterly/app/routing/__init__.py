"""What ``easterly route`` reads, computes and says."""
