from easterly.qos.classify.classifier import Classifier, Trees, linear_scan
from easterly.qos.classify.marks import (
    Boundary,
    MarkMap,
    class_selectors,
    dscp_name,
    dscp_of,
    wifi_priorities,
)
from easterly.qos.classify.packets import Packets, packets_of
from easterly.qos.classify.review import Conflict, Covered, Review, review
from easterly.qos.classify.rules import FIELDS, FLAGS, Boxes, Rule, boxes_of
from easterly.qos.classify.show import packet_text, rule_text
from easterly.qos.classify.synthetic import edge_packets, random_rules
from easterly.qos.classify.tcam import Entries, Expansion, tcam, tcam_entries, worst_entries
from easterly.qos.classify.text import Fault, FaultyText, parse_packets, parse_rules
from easterly.qos.code_points import CODE_POINTS

__all__ = [
    "CODE_POINTS", "FIELDS", "FLAGS", "Boundary", "Boxes", "Classifier", "Conflict", "Covered", "Entries", "Expansion",
    "Fault", "FaultyText", "MarkMap", "Packets", "Review", "Rule", "Trees", "boxes_of", "class_selectors", "dscp_name",
    "dscp_of", "edge_packets", "linear_scan", "packet_text", "packets_of", "parse_packets", "parse_rules",
    "random_rules", "review", "rule_text", "tcam", "tcam_entries", "wifi_priorities", "worst_entries",
]  # fmt: skip
