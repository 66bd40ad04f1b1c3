"""What the return's screens show: rows with their choices, and the words of the main button."""

from orders.screens.drafts import DraftScreen
from orders.screens.drawing import draft_screen, others_to_join
from orders.screens.places import Place, places
from orders.screens.rows import Fold, Row

__all__ = ["DraftScreen", "Fold", "Place", "Row", "draft_screen", "others_to_join", "places"]
