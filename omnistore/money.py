"""
Money as integers of the currency's minor unit, and the one way in which it is shared out.

Every amount in the database, in facts and in the API is such an integer beside an ISO 4217 code:
1990 with EUR is 19,90 €. Nothing here ever sees a float.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

# ISO 4217 currencies whose exponent is not 2.
_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS = dict.fromkeys(_WITHOUT_DECIMALS.split(), 0) | dict.fromkeys(_WITH_THREE.split(), 3)


def exponent(currency: str) -> int:
    """Return how many decimals the currency has."""
    return EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """Return the amount in minor units, half to even."""
    scaled = amount.scaleb(exponent(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def to_decimal(minor: int, currency: str) -> Decimal:
    """Return the minor units as an exact Decimal with the currency's exponent."""
    return Decimal(minor).scaleb(-exponent(currency))


def share(paid: int, *, quantity: int, before: int, units: int) -> int:
    """
    Return what `units` of a line are worth when `before` of its `quantity` went already.

    The floors telescope: whatever the steps, everything given back sums to what was paid
    (rules.md 2.2). `paid` is what the customer paid for the whole line, in minor units.
    """
    if not 0 <= before <= before + units <= quantity:
        raise ValueError("units outside the line")
    return paid * (before + units) // quantity - paid * before // quantity


def prorate(total: int, weights: Sequence[int]) -> list[int]:
    """
    Return `total` split in proportion to `weights`, without losing or inventing a cent.

    The odd cents go to the largest remainders, then to the first. Weights are not negative;
    when they are all zero, so must be the total.
    """
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ValueError("nothing to share it by")
        return [0] * len(weights)
    floors = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in by_remainder[: total - sum(floors)]:
        floors[index] += 1
    return floors


def pour(poured: int, weights: Sequence[int]) -> list[int]:
    """
    Return how much of each weight is used up when `poured` of their sum is, in proportion.

    Unlike `prorate`, pouring more never gives a part back: what two steps take sums to what one
    would. Weights are not negative, and `poured` is at most their sum.
    """
    left, parts = sum(weights), []
    if not 0 <= poured <= left:
        raise ValueError("more than there is")
    for weight in weights:
        part = poured * weight // left if left else 0
        parts.append(part)
        poured, left = poured - part, left - weight
    return parts


def included_tax(total: int, rate: Decimal) -> int:
    """Return the tax inside a tax-included total; `rate` 0.20 is twenty per cent."""
    if not rate:
        return 0
    tax = Decimal(total) * rate / (1 + rate)
    return int(tax.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
