"""The words needs are coded with."""

BARRIERS = (
    "no_scheme",
    "not_eligible",
    "refused",
    "too_slow",
    "language",
    "digital",
    "trust_or_shame",
    "distance",
    "rules_collide",
    "not_understood",
    "other",
)
"""What stood in the way."""

CONDITIONS = ("mental_models", "relationships", "power", "resources", "practices", "policies")
"""The six conditions of systems change: one transformative, two relational, three structural (Kania, Kramer and Senge,
"The Water of Systems Change", FSG 2018), which the residents' model works with."""

USUAL_CONDITIONS = {
    "no_scheme": ["resources", "policies"],
    "not_eligible": ["policies"],
    "refused": ["power", "practices"],
    "too_slow": ["resources", "practices"],
    "language": ["relationships", "resources"],
    "digital": ["resources", "practices"],
    "trust_or_shame": ["mental_models", "relationships"],
    "distance": ["resources"],
    "rules_collide": ["policies"],
    "not_understood": ["practices"],
    "other": ["practices"],
}
"""Where a need is coded by machine, the conditions its barrier usually points to; the programme team may code it anew."""

MOMENTS = ("no_answer", "not_helped", "screening", "contact_closed")
"""When a need is noticed."""

CHILDREN = ("yes", "no")
"""Whether children are affected, where somebody has said so."""

OUTCOMES = ("met", "partly_met", "not_met")
"""How a contact closes a conversation."""
