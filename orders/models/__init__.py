"""
What is offered, put aside, bought, brought back and paid back.

Every amount is a whole number of the minor unit of the row's currency, tax included unless the
name says tax.
"""

from orders.models.adjustments import Adjustment, OrderPromotion, PromotionShare
from orders.models.afterwards import ProductRefusal, SatisfactionRequest
from orders.models.allowances import Allowance
from orders.models.carts import Cart, CartLine
from orders.models.catalogue import Product
from orders.models.credit import CreditAccount, CreditEntry
from orders.models.exchanges import Collection, Contribution, Exchange, Replacement
from orders.models.imports import SalesImport
from orders.models.journal import JournalClosing, JournalEntry, JournalHead
from orders.models.notices import ReviewNotice
from orders.models.opinions import Occasion, Opinion, SatisfactionQuestion, Scale
from orders.models.photos import ReturnPhoto
from orders.models.policies import Level, PolicyVersion
from orders.models.prices import PricePoint
from orders.models.processors import Processor, ProcessorRequest
from orders.models.receptions import DispositionChange, Reception, Repair
from orders.models.refunds import Instruction, Refund, RefundAgreement, RefundPlan
from orders.models.returns import CustomerReturn, ReturnLine
from orders.models.reviews import Review, ReviewEntry
from orders.models.sales import NumberSeries, Order, OrderLine, Payment, Tender
from orders.models.serials import SoldSerial
from orders.models.slips import Slip
from orders.models.starts import Declaration, JoinedOrder
from orders.models.stock import Reservation, Stock, StockMovement
from orders.models.withdrawals import Withdrawal, WithdrawnLine

__all__ = [
    "Adjustment",
    "Allowance",
    "Cart",
    "CartLine",
    "Collection",
    "Contribution",
    "CreditAccount",
    "CreditEntry",
    "CustomerReturn",
    "Declaration",
    "DispositionChange",
    "Exchange",
    "Instruction",
    "JoinedOrder",
    "JournalClosing",
    "JournalEntry",
    "JournalHead",
    "Level",
    "NumberSeries",
    "Occasion",
    "Opinion",
    "Order",
    "OrderLine",
    "OrderPromotion",
    "Payment",
    "PolicyVersion",
    "PricePoint",
    "Processor",
    "ProcessorRequest",
    "Product",
    "ProductRefusal",
    "PromotionShare",
    "Reception",
    "Refund",
    "RefundAgreement",
    "RefundPlan",
    "Repair",
    "Replacement",
    "Reservation",
    "ReturnLine",
    "ReturnPhoto",
    "Review",
    "ReviewEntry",
    "ReviewNotice",
    "SalesImport",
    "SatisfactionQuestion",
    "SatisfactionRequest",
    "Scale",
    "Slip",
    "SoldSerial",
    "Stock",
    "StockMovement",
    "Tender",
    "Withdrawal",
    "WithdrawnLine",
]
