"""Classification: rules to the first match, to entries of a TCAM, and what rules leave to each other."""

from easterly.qos.classify.classifier import Classifier, Trees, linear_scan
from easterly.qos.classify.packets import Packets, packets_of
from easterly.qos.classify.rules import FIELDS, FLAGS, Boxes, Rule, boxes_of
from easterly.qos.classify.synthetic import edge_packets, random_rules
from easterly.qos.classify.text import Fault, FaultyText, parse_packets, parse_rules

__all__ = [
    "FIELDS", "FLAGS", "Boxes", "Classifier", "Fault", "FaultyText", "Packets", "Rule", "Trees", "boxes_of",
    "edge_packets", "linear_scan", "packets_of", "parse_packets", "parse_rules", "random_rules",
]  # fmt: skip
