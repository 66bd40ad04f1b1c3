import django.core.validators
import django.db.models.deletion
import omnistore.tokens
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_loyalty_owes_and_has_rules"),
        ("orders", "0002_orders_remember_what_was_told"),
        ("stores", "0006_browsers_can_be_woken"),
        ("stores", "__first__"),
    ]

    operations = [
        migrations.AddField(
            model_name="customerreturn",
            name="goods",
            field=models.CharField(
                choices=[
                    ("AWAITED", "goods not received yet"),
                    ("PARTLY", "goods received in part"),
                    ("FULLY", "goods received"),
                ],
                default="AWAITED",
                max_length=7,
                verbose_name="goods",
            ),
        ),
        migrations.AddField(
            model_name="customerreturn",
            name="pay_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("CARD", "bank card"),
                    ("CASH", "cash"),
                    ("CHEQUE", "cheque"),
                    ("PAYPAL", "PayPal"),
                    ("TRANSFER", "bank transfer"),
                    ("GIFT_CARD", "gift card"),
                    ("STORE_CREDIT", "store credit"),
                    ("POINTS", "loyalty points"),
                ],
                max_length=12,
                verbose_name="prefers",
            ),
        ),
        migrations.AddField(
            model_name="customerreturn",
            name="pay_by_how",
            field=models.CharField(blank=True, max_length=10, verbose_name="how he agreed"),
        ),
        migrations.AddField(
            model_name="customerreturn",
            name="proof",
            field=models.CharField(
                choices=[
                    ("PURCHASE", "a purchase of ours"),
                    ("GIFT", "a gift receipt"),
                    ("NONE", "no receipt"),
                ],
                default="PURCHASE",
                max_length=8,
                verbose_name="proven by",
            ),
        ),
        migrations.AddField(
            model_name="exchange",
            name="adjustments",
            field=models.BigIntegerField(default=0, verbose_name="fees and promotions"),
        ),
        migrations.AddField(
            model_name="exchange",
            name="due_on",
            field=models.DateField(blank=True, null=True, verbose_name="awaited until"),
        ),
        migrations.AddField(
            model_name="exchange",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="ended"),
        ),
        migrations.AddField(
            model_name="exchange",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="stores.clerk",
            ),
        ),
        migrations.AddField(
            model_name="exchange",
            name="ended_by_user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="exchange",
            name="ending",
            field=models.CharField(
                blank=True,
                choices=[("CHARGED", "the customer pays it"), ("LOST", "written off")],
                max_length=7,
                verbose_name="ending",
            ),
        ),
        migrations.AddField(
            model_name="exchange",
            name="ending_reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="why"),
        ),
        migrations.AddField(
            model_name="exchange",
            name="overdue_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="found overdue"),
        ),
        migrations.AddField(
            model_name="exchange",
            name="state",
            field=models.CharField(
                choices=[
                    ("WAITING", "waits for the customer’s payment"),
                    ("UNPAID", "not paid"),
                    ("MADE", "made"),
                    ("CANCEL", "cancelled"),
                ],
                default="MADE",
                max_length=7,
                verbose_name="state",
            ),
        ),
        migrations.AddField(
            model_name="exchange",
            name="to_pay",
            field=models.BigIntegerField(default=0, verbose_name="the customer pays"),
        ),
        migrations.AlterField(
            model_name="exchange",
            name="order",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exchange",
                to="orders.order",
            ),
        ),
        migrations.AlterField(
            model_name="instruction",
            name="refund",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="instruction",
                to="orders.refund",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="is_paid_online",
            field=models.BooleanField(
                blank=True, default=None, null=True, verbose_name="paid online"
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="guaranteed_until",
            field=models.DateField(blank=True, null=True, verbose_name="guaranteed until"),
        ),
        migrations.AddField(
            model_name="payment",
            name="points",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="points"),
        ),
        migrations.AddField(
            model_name="payment",
            name="processor",
            field=models.CharField(blank=True, max_length=40, verbose_name="processor"),
        ),
        migrations.AddField(
            model_name="payment",
            name="processor_reference",
            field=models.CharField(blank=True, max_length=120, verbose_name="the processor's"),
        ),
        migrations.AlterField(
            model_name="payment",
            name="tender",
            field=models.CharField(
                choices=[
                    ("CARD", "bank card"),
                    ("CASH", "cash"),
                    ("CHEQUE", "cheque"),
                    ("PAYPAL", "PayPal"),
                    ("TRANSFER", "bank transfer"),
                    ("GIFT_CARD", "gift card"),
                    ("STORE_CREDIT", "store credit"),
                    ("POINTS", "loyalty points"),
                ],
                max_length=12,
                verbose_name="tender",
            ),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="author",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="written by",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="colour",
            field=models.CharField(blank=True, max_length=40, verbose_name="colour"),
        ),
        migrations.AddField(
            model_name="product",
            name="size",
            field=models.CharField(blank=True, max_length=20, verbose_name="size"),
        ),
        migrations.AddField(
            model_name="product",
            name="size_position",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="place among the sizes"
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="tracking",
            field=models.CharField(
                choices=[
                    ("NONE", "not tracked"),
                    ("SERIAL", "by serial number"),
                    ("LOT", "by lot"),
                ],
                default="NONE",
                max_length=6,
                verbose_name="tracking",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="withdrawal_ends_opened",
            field=models.BooleanField(
                default=False, verbose_name="no right of withdrawal once opened"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="gateway",
            field=models.CharField(
                choices=[
                    ("REGISTER", "the register"),
                    ("PROCESSOR", "the card processor"),
                    ("LEDGER", "a ledger of ours"),
                ],
                default="REGISTER",
                max_length=9,
                verbose_name="paid by",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="is_to_bearer",
            field=models.BooleanField(default=False, verbose_name="to the bearer"),
        ),
        migrations.AddField(
            model_name="refund",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replacement",
                to="orders.refund",
            ),
        ),
        migrations.AlterField(
            model_name="refund",
            name="reference",
            field=models.CharField(blank=True, max_length=80, verbose_name="reference of who paid"),
        ),
        migrations.AlterField(
            model_name="refund",
            name="state",
            field=models.CharField(
                choices=[
                    ("AGREED", "agreed"),
                    ("ASKED", "asked for"),
                    ("PENDING", "on its way"),
                    ("PAID", "paid"),
                    ("FAILED", "failed"),
                    ("REROUTED", "paid another way"),
                    ("CANCELED", "cancelled"),
                ],
                max_length=8,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="refund",
            name="tender",
            field=models.CharField(
                choices=[
                    ("CARD", "bank card"),
                    ("CASH", "cash"),
                    ("CHEQUE", "cheque"),
                    ("PAYPAL", "PayPal"),
                    ("TRANSFER", "bank transfer"),
                    ("GIFT_CARD", "gift card"),
                    ("STORE_CREDIT", "store credit"),
                    ("POINTS", "loyalty points"),
                ],
                max_length=12,
                verbose_name="tender",
            ),
        ),
        migrations.AddField(
            model_name="returnline",
            name="serials",
            field=models.JSONField(blank=True, default=list, verbose_name="serial numbers or lots"),
        ),
        migrations.AddField(
            model_name="returnline",
            name="waiver",
            field=models.CharField(
                blank=True, default="", max_length=200, verbose_name="why a rule was waived"
            ),
        ),
        migrations.CreateModel(
            name="Adjustment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="position")),
                (
                    "kind",
                    models.CharField(
                        choices=[("FEE", "fee"), ("PROMOTION", "promotion")],
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                ("rule", models.CharField(max_length=200, verbose_name="rule")),
                ("label", models.CharField(blank=True, max_length=200, verbose_name="name")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("tax", models.BigIntegerField(default=0, verbose_name="tax within")),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adjustments",
                        to="orders.customerreturn",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adjustments",
                        to="orders.order",
                    ),
                ),
                (
                    "order_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.orderline",
                    ),
                ),
            ],
            options={
                "verbose_name": "adjustment of a return",
                "verbose_name_plural": "adjustments of returns",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer_return", "position"),
                        name="orders_adjustment_position_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True),
                        name="orders_adjustment_is_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "PROMOTION"), ("amount__lt", 0), _connector="OR"
                        ),
                        name="orders_fee_keeps_back",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Allowance",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("words", models.CharField(max_length=300, verbose_name="why")),
                ("given_at", models.DateTimeField(verbose_name="given")),
                ("until", models.DateTimeField(verbose_name="until")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="given by",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allowances",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "order_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.orderline",
                        verbose_name="order line",
                    ),
                ),
                (
                    "used_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allowances",
                        to="orders.customerreturn",
                        verbose_name="used in",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval beforehand",
                "verbose_name_plural": "approvals beforehand",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True),
                        name="orders_allowance_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("used_at__isnull", True), ("used_in__isnull", True)),
                            models.Q(
                                ("revoked_at__isnull", True),
                                ("used_at__isnull", False),
                                ("used_in__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="orders_allowance_used_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("given_at"))),
                        name="orders_allowance_lasts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Collection",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("DIFFER", "the difference of an exchange"),
                            ("MISSING", "an article that did not come back"),
                        ],
                        max_length=7,
                        verbose_name="for",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ASKED", "asked of the register"),
                            ("PAID", "paid"),
                            ("REFUSED", "not paid"),
                        ],
                        default="ASKED",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                (
                    "idempotency_key",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("failure", models.CharField(blank=True, max_length=200, verbose_name="why not")),
                ("created_at", models.DateTimeField(verbose_name="asked")),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered"),
                ),
                (
                    "exchange",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collections",
                        to="orders.exchange",
                    ),
                ),
            ],
            options={
                "verbose_name": "collection",
                "verbose_name_plural": "collections",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="orders_collection_is_something"
                    ),
                    models.UniqueConstraint(
                        fields=("exchange", "purpose"), name="orders_collection_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "order_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paid_from",
                        to="orders.orderline",
                    ),
                ),
                (
                    "payer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "verbose_name": "contribution",
                "verbose_name_plural": "contributions",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order_line", "payer"), name="orders_contribution_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)),
                        name="orders_contribution_is_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=16, unique=True, verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[("STORE_CREDIT", "store credit"), ("GIFT_CARD", "gift card")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("issued", models.BigIntegerField(default=0, verbose_name="issued")),
                ("used", models.BigIntegerField(default=0, verbose_name="used")),
                ("pin_hash", models.CharField(blank=True, editable=False, max_length=200)),
                (
                    "pin_tries",
                    models.PositiveSmallIntegerField(default=0, verbose_name="wrong codes"),
                ),
                (
                    "pin_blocked_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="blocked until"),
                ),
                ("created_at", models.DateTimeField(verbose_name="issued on")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="good until")),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
                        to="customers.customer",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "store credit or gift card",
                "verbose_name_plural": "store credits and gift cards",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("used__gte", 0), ("used__lte", models.F("issued"))),
                        name="orders_used_within_issued",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ISSUED", "issued"),
                            ("USED", "used"),
                            ("RESTORED", "given back"),
                            ("WITHDRAWN", "taken off"),
                            ("CODE_MADE", "new code made"),
                        ],
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("event_key", models.CharField(max_length=120, unique=True, verbose_name="event")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("is_manual", models.BooleanField(default=False, verbose_name="by hand")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="orders.creditaccount",
                    ),
                ),
                (
                    "api_key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.apikey",
                    ),
                ),
                (
                    "clerk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.clerk",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="head office",
                    ),
                ),
            ],
            options={
                "verbose_name": "credit entry",
                "verbose_name_plural": "credit entries",
                "indexes": [models.Index(fields=["account", "at"], name="orders_credit_entries")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            models.Q(("amount", 0), ("kind", "CODE_MADE")),
                            _connector="OR",
                        ),
                        name="orders_credit_entry_is_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_manual", False),
                            models.Q(
                                ("user__isnull", False), models.Q(("reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="orders_manual_credit_has_author_and_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Declaration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("declared_at", models.DateTimeField(verbose_name="declared")),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("opened_at", models.DateTimeField(blank=True, null=True, verbose_name="opened")),
                (
                    "api_key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.apikey",
                    ),
                ),
                (
                    "customer_return",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="declaration",
                        to="orders.customerreturn",
                    ),
                ),
            ],
            options={
                "verbose_name": "declared return",
                "verbose_name_plural": "declared returns",
            },
        ),
        migrations.CreateModel(
            name="Reception",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("units", models.PositiveIntegerField(verbose_name="units")),
                (
                    "serial",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="serial number or lot"
                    ),
                ),
                (
                    "condition",
                    models.CharField(
                        choices=[
                            ("AS_NEW", "sellable as new"),
                            ("OPENED", "opened"),
                            ("DAMAGED", "damaged"),
                            ("SOILED", "soiled"),
                            ("INCOMPLETE", "incomplete"),
                        ],
                        max_length=10,
                        verbose_name="condition found",
                    ),
                ),
                (
                    "disposition",
                    models.CharField(
                        choices=[
                            ("TO_SHELF", "back to shelf"),
                            ("TO_REPAIR", "to repair"),
                            ("TO_DESTROY", "to destroy"),
                            ("TO_STORE", "to another store"),
                            ("MISSING", "missing"),
                        ],
                        max_length=10,
                        verbose_name="goes to",
                    ),
                ),
                ("received_at", models.DateTimeField(verbose_name="received")),
                (
                    "clerk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.clerk",
                    ),
                ),
                (
                    "restocked_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
                (
                    "return_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receptions",
                        to="orders.returnline",
                    ),
                ),
                (
                    "returned_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receptions",
                        to="stores.store",
                    ),
                ),
                (
                    "sold_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "reception of goods",
                "verbose_name_plural": "receptions of goods",
                "indexes": [
                    models.Index(
                        fields=["returned_in", "-received_at"], name="orders_latest_receptions"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("units__gt", 0)), name="orders_reception_has_units"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DispositionChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "was",
                    models.CharField(
                        choices=[
                            ("TO_SHELF", "back to shelf"),
                            ("TO_REPAIR", "to repair"),
                            ("TO_DESTROY", "to destroy"),
                            ("TO_STORE", "to another store"),
                            ("MISSING", "missing"),
                        ],
                        max_length=10,
                        verbose_name="was",
                    ),
                ),
                (
                    "became",
                    models.CharField(
                        choices=[
                            ("TO_SHELF", "back to shelf"),
                            ("TO_REPAIR", "to repair"),
                            ("TO_DESTROY", "to destroy"),
                            ("TO_STORE", "to another store"),
                            ("MISSING", "missing"),
                        ],
                        max_length=10,
                        verbose_name="became",
                    ),
                ),
                ("units", models.PositiveIntegerField(verbose_name="units")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "became_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
                (
                    "clerk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.clerk",
                    ),
                ),
                (
                    "was_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
                (
                    "reception",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="orders.reception",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of disposition",
                "verbose_name_plural": "changes of disposition",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("was", models.F("became")),
                            ("was_in", models.F("became_in")),
                            _negated=True,
                        ),
                        name="orders_disposition_changes_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="JoinedOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("joined_at", models.DateTimeField(verbose_name="joined")),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="joined",
                        to="orders.customerreturn",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "verbose_name": "joined order",
                "verbose_name_plural": "joined orders",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer_return", "order"), name="orders_joined_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="JournalClosing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("day", models.DateField(verbose_name="day")),
                ("first_number", models.BigIntegerField(verbose_name="first entry")),
                ("last_number", models.BigIntegerField(verbose_name="last entry")),
                (
                    "last_hash",
                    models.CharField(max_length=64, verbose_name="hash of the last entry"),
                ),
                ("totals", models.TextField(verbose_name="totals of the day")),
                ("grand", models.TextField(verbose_name="totals of all time")),
                ("closed_at", models.DateTimeField(verbose_name="closed")),
                (
                    "previous_hash",
                    models.CharField(blank=True, max_length=64, verbose_name="hash before"),
                ),
                ("hash", models.CharField(max_length=64, verbose_name="hash")),
                ("seal", models.CharField(max_length=64, verbose_name="seal")),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "daily closing",
                "verbose_name_plural": "daily closings",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "number"), name="orders_closing_number_once"
                    ),
                    models.UniqueConstraint(
                        fields=("store", "day"), name="orders_closing_day_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.BigIntegerField(verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("RETURN_SETTLED", "return settled"),
                            ("RETURN_CORRECTED", "return corrected"),
                            ("EXCHANGE_MADE", "exchange"),
                            ("CREDIT_ISSUED", "credit issued"),
                            ("CREDIT_USED", "credit used"),
                            ("CREDIT_RESTORED", "credit given back"),
                            ("CREDIT_WITHDRAWN", "credit taken off"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("subject", models.CharField(max_length=60, verbose_name="belongs to")),
                ("document", models.CharField(blank=True, max_length=40, verbose_name="document")),
                ("gross", models.BigIntegerField(verbose_name="amount")),
                ("tax", models.BigIntegerField(verbose_name="tax within")),
                ("taxes", models.TextField(verbose_name="by tax rate")),
                ("tenders", models.TextField(verbose_name="by means of payment")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("day", models.DateField(verbose_name="day")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "previous_hash",
                    models.CharField(blank=True, max_length=64, verbose_name="hash before"),
                ),
                ("hash", models.CharField(max_length=64, verbose_name="hash")),
                ("seal", models.CharField(max_length=64, verbose_name="seal")),
                (
                    "clerk",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.clerk",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "journal entry",
                "verbose_name_plural": "journal",
                "indexes": [models.Index(fields=["store", "day"], name="orders_journal_days")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "number"), name="orders_journal_number_once"
                    ),
                    models.UniqueConstraint(
                        fields=("kind", "subject"), name="orders_journal_event_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("gross__gte", 0), ("number__gt", 0), ("tax__gte", 0)),
                        name="orders_journal_amounts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JournalHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_number", models.BigIntegerField(default=0, verbose_name="last number")),
                (
                    "last_hash",
                    models.CharField(blank=True, max_length=64, verbose_name="last hash"),
                ),
                ("open_day", models.DateField(blank=True, null=True, verbose_name="open since")),
                ("closings", models.PositiveIntegerField(default=0, verbose_name="closings")),
                (
                    "last_closing_hash",
                    models.CharField(blank=True, max_length=64, verbose_name="last closing"),
                ),
                ("seal", models.CharField(blank=True, max_length=64, verbose_name="seal")),
                (
                    "store",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "end of a journal",
                "verbose_name_plural": "ends of journals",
            },
        ),
        migrations.CreateModel(
            name="OrderPromotion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("label", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("THRESHOLD", "from an amount on"),
                            ("BUNDLE", "several for the price of fewer"),
                        ],
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                ("minimum", models.BigIntegerField(default=0, verbose_name="from")),
                (
                    "bundle_units",
                    models.PositiveIntegerField(default=0, verbose_name="of so many units"),
                ),
                (
                    "bundle_paid",
                    models.PositiveIntegerField(default=0, verbose_name="so many are paid"),
                ),
                ("amount", models.BigIntegerField(verbose_name="taken off")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promotions",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "verbose_name": "promotion of an order",
                "verbose_name_plural": "promotions of orders",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "position"), name="orders_promotion_position_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="orders_promotion_is_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "THRESHOLD"), ("minimum__gt", 0)),
                            models.Q(
                                ("bundle_paid__gt", 0),
                                ("bundle_units__gt", models.F("bundle_paid")),
                                ("kind", "BUNDLE"),
                            ),
                            _connector="OR",
                        ),
                        name="orders_promotion_has_its_condition",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PricePoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("price", models.BigIntegerField(verbose_name="price")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("start_at", models.DateTimeField(verbose_name="in force from")),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prices",
                        to="orders.product",
                    ),
                ),
            ],
            options={
                "verbose_name": "price",
                "verbose_name_plural": "prices",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "start_at"), name="orders_one_price_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)),
                        name="orders_former_price_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Processor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="What shops and tills call it when they tell of a payment: small letters.",
                        max_length=40,
                        unique=True,
                        validators=[django.core.validators.RegexValidator("^[a-z0-9-]+$")],
                        verbose_name="name",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("STRIPE", "Stripe")],
                        default="STRIPE",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "base_address",
                    models.CharField(
                        default="https://api.stripe.com", max_length=200, verbose_name="address"
                    ),
                ),
                ("secret_key", omnistore.tokens.SealedField(verbose_name="secret key")),
                (
                    "webhook_secret",
                    omnistore.tokens.SealedField(blank=True, verbose_name="webhook secret"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "trouble",
                    models.CharField(
                        blank=True, editable=False, max_length=80, verbose_name="in trouble"
                    ),
                ),
                (
                    "seen_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="last answer"
                    ),
                ),
            ],
            options={
                "verbose_name": "card processor",
                "verbose_name_plural": "card processors",
            },
        ),
        migrations.CreateModel(
            name="ProcessorRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "to be asked"),
                            ("PENDING", "on its way"),
                            ("CONFIRMED", "confirmed"),
                            ("REFUSED", "refused by the processor"),
                        ],
                        default="WAITING",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "reference",
                    models.CharField(blank=True, max_length=80, verbose_name="reference"),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=1, verbose_name="attempt")),
                (
                    "tries",
                    models.PositiveIntegerField(default=0, verbose_name="calls of this attempt"),
                ),
                (
                    "last_answer",
                    models.CharField(blank=True, max_length=80, verbose_name="last answer"),
                ),
                ("issued_at", models.DateTimeField(verbose_name="issued")),
                (
                    "first_tried_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="first call of this attempt"
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                (
                    "leased_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="claimed until"),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered"),
                ),
                (
                    "processor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="orders.processor",
                    ),
                ),
                (
                    "refund",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="request",
                        to="orders.refund",
                    ),
                ),
            ],
            options={
                "verbose_name": "processor request",
                "verbose_name_plural": "processor requests",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="orders_requests_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=("processor", "reference"),
                        name="orders_processor_reference_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductRefusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("TOO_SMALL", "too small"),
                            ("TOO_LARGE", "too large"),
                            ("WRONG_ITEM", "wrong item"),
                            ("NOT_AS_DESCRIBED", "not as described"),
                            ("DEFECTIVE", "defective"),
                            ("STYLE", "style"),
                            ("COLOUR", "colour"),
                            ("CHANGED_MIND", "changed mind"),
                            ("ARRIVED_LATE", "arrived late"),
                            ("OTHER", "other"),
                        ],
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
                ("start_at", models.DateTimeField(verbose_name="from")),
                ("end_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="product_refusals",
                        to="customers.customer",
                    ),
                ),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.customerreturn",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refusals",
                        to="orders.product",
                    ),
                ),
            ],
            options={
                "verbose_name": "article not to advertise",
                "verbose_name_plural": "articles not to advertise",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("end_at__isnull", True)),
                        fields=("customer", "product"),
                        name="orders_refusal_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_at__isnull", True),
                            ("end_at__gte", models.F("start_at")),
                            _connector="OR",
                        ),
                        name="orders_refusal_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromotionShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="taken off")),
                (
                    "order_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promotion_shares",
                        to="orders.orderline",
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="orders.orderpromotion",
                    ),
                ),
            ],
            options={
                "verbose_name": "share of a promotion",
                "verbose_name_plural": "shares of promotions",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("promotion", "order_line"), name="orders_promotion_share_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)),
                        name="orders_promotion_share_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefundAgreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tender",
                    models.CharField(
                        choices=[
                            ("CARD", "bank card"),
                            ("CASH", "cash"),
                            ("CHEQUE", "cheque"),
                            ("PAYPAL", "PayPal"),
                            ("TRANSFER", "bank transfer"),
                            ("GIFT_CARD", "gift card"),
                            ("STORE_CREDIT", "store credit"),
                            ("POINTS", "loyalty points"),
                        ],
                        max_length=12,
                        verbose_name="goes back by",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("IN_PERSON", "said so at the counter"),
                            ("BY_PHONE", "said so on the phone"),
                            ("IN_WRITING", "wrote so"),
                        ],
                        max_length=10,
                        verbose_name="how he agreed",
                    ),
                ),
                ("words", models.CharField(max_length=300, verbose_name="in these words")),
                ("agreed_at", models.DateTimeField(verbose_name="agreed")),
                (
                    "api_key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.apikey",
                    ),
                ),
                (
                    "clerk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.clerk",
                        verbose_name="taken down by",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="orders.refundplan",
                    ),
                ),
            ],
            options={
                "verbose_name": "agreement to another means",
                "verbose_name_plural": "agreements to another means",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("clerk__isnull", False), ("api_key__isnull", False), _connector="OR"
                        ),
                        name="orders_agreement_has_witness",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), models.Q(("words", ""), _negated=True)
                        ),
                        name="orders_agreement_says_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Repair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("units", models.PositiveIntegerField(default=1, verbose_name="units")),
                (
                    "serial",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="serial number or lot"
                    ),
                ),
                ("finished_on", models.DateField(verbose_name="given back")),
                ("recorded_at", models.DateTimeField(verbose_name="written")),
                (
                    "clerk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.clerk",
                    ),
                ),
                (
                    "order_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repairs",
                        to="orders.orderline",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "repair",
                "verbose_name_plural": "repairs",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("units__gt", 0)), name="orders_repair_has_units"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Stock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on_hand", models.IntegerField(default=0, verbose_name="in the store")),
                ("reserved", models.PositiveIntegerField(default=0, verbose_name="put aside")),
                ("changed_at", models.DateTimeField(verbose_name="last changed")),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stock",
                        to="orders.product",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stock",
                        to="stores.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock",
                "verbose_name_plural": "stock",
                "indexes": [
                    models.Index(fields=["store", "product"], name="orders_stock_of_store")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "store"), name="orders_stock_once_per_store"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("units", models.PositiveIntegerField(verbose_name="units")),
                ("reference", models.CharField(max_length=80, verbose_name="for")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("HELD", "put aside"),
                            ("USED", "handed over"),
                            ("RELEASED", "let go"),
                        ],
                        default="HELD",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                ("made_at", models.DateTimeField(verbose_name="since")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.product",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="stores.store",
                    ),
                ),
                (
                    "stock",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="orders.stock",
                    ),
                ),
            ],
            options={
                "verbose_name": "reservation",
                "verbose_name_plural": "reservations",
                "indexes": [
                    models.Index(
                        condition=models.Q(("expires_at__isnull", False), ("state", "HELD")),
                        fields=["expires_at"],
                        name="orders_reservations_to_end",
                    ),
                    models.Index(fields=["reference"], name="orders_reservations_by_ref"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("units__gt", 0)), name="orders_reservation_has_units"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Replacement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="position")),
                ("units", models.PositiveIntegerField(verbose_name="units")),
                (
                    "fulfilment",
                    models.CharField(
                        choices=[
                            ("HERE", "from this store"),
                            ("STORE", "to be fetched in another store"),
                            ("SHIPPED", "shipped"),
                        ],
                        default="HERE",
                        max_length=7,
                        verbose_name="how he gets it",
                    ),
                ),
                (
                    "is_in_hand",
                    models.BooleanField(default=False, verbose_name="in the clerk’s hand"),
                ),
                ("is_same", models.BooleanField(default=False, verbose_name="the same article")),
                ("unit_price", models.BigIntegerField(default=0, verbose_name="unit price")),
                ("amount", models.BigIntegerField(default=0, verbose_name="charged")),
                ("tax", models.BigIntegerField(default=0, verbose_name="tax within")),
                (
                    "tax_rate",
                    models.DecimalField(
                        decimal_places=4, default=0, max_digits=5, verbose_name="tax rate"
                    ),
                ),
                ("sources", models.JSONField(default=dict, editable=False)),
                (
                    "handed_over_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="handed over"),
                ),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replacements",
                        to="orders.customerreturn",
                    ),
                ),
                (
                    "from_store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
                (
                    "order_line",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replacement",
                        to="orders.orderline",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.product",
                    ),
                ),
                (
                    "return_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replacements",
                        to="orders.returnline",
                    ),
                ),
                (
                    "reservation",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.reservation",
                    ),
                ),
            ],
            options={
                "verbose_name": "replacement",
                "verbose_name_plural": "replacements",
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("from_store__isnull", False), ("handed_over_at__isnull", True)
                        ),
                        fields=["from_store"],
                        name="orders_replacements_to_give",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer_return", "position"),
                        name="orders_replacement_position_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units__gt", 0)), name="orders_replacement_has_units"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fulfilment", "STORE"), _negated=True),
                            ("from_store__isnull", False),
                            _connector="OR",
                        ),
                        name="orders_replacement_says_from_where",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnPhoto",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(editable=False, max_length=80, unique=True)),
                ("width", models.PositiveIntegerField(verbose_name="width")),
                ("height", models.PositiveIntegerField(verbose_name="height")),
                ("taken_at", models.DateTimeField(verbose_name="taken")),
                (
                    "clerk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.clerk",
                    ),
                ),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="orders.customerreturn",
                    ),
                ),
                (
                    "order_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.orderline",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.product",
                    ),
                ),
            ],
            options={
                "verbose_name": "photograph",
                "verbose_name_plural": "photographs",
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("OVERRIDE", "a rule is to be overruled"),
                            ("LIMIT", "a limit is reached"),
                            ("VIP_GESTURE", "a gesture for a VIP"),
                            ("NO_RECEIPT", "without receipt"),
                            ("CUSTOMER_ASKED", "the customer asked for a person"),
                            ("LEGAL_NOTICE", "a legal right, to know of"),
                        ],
                        max_length=14,
                        verbose_name="kind",
                    ),
                ),
                ("rule", models.CharField(max_length=40, verbose_name="rule")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("AUTOMATIC", "nobody is needed"),
                            ("WAIVABLE", "the clerk may waive it"),
                            ("APPROVER", "needs an approver"),
                            ("BEFOREHAND", "needs approval beforehand"),
                            ("NOBODY", "nobody may overrule it"),
                        ],
                        max_length=10,
                        verbose_name="who may overrule",
                    ),
                ),
                (
                    "sentences",
                    models.JSONField(blank=True, default=dict, verbose_name="what the rule says"),
                ),
                ("evidence", models.JSONField(blank=True, default=dict, verbose_name="evidence")),
                ("units", models.PositiveIntegerField(verbose_name="units")),
                ("amount", models.BigIntegerField(verbose_name="value")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "shown",
                    models.CharField(editable=False, max_length=64, verbose_name="what was shown"),
                ),
                (
                    "route",
                    models.CharField(
                        choices=[("STORE", "the store’s manager"), ("OFFICE", "head office")],
                        max_length=6,
                        verbose_name="who is asked",
                    ),
                ),
                (
                    "fallback",
                    models.CharField(
                        choices=[
                            ("ESCALATE", "head office is asked"),
                            ("REFUSE_KINDLY", "not now; it can be asked again"),
                            ("APPROVE_SMALL", "approved when it is small"),
                        ],
                        max_length=13,
                        verbose_name="when time is up",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "waits for an answer"),
                            ("APPROVED", "approved"),
                            ("REFUSED", "refused"),
                            ("EXPIRED", "nobody answered in time"),
                            ("WITHDRAWN", "taken back"),
                            ("ANNOUNCED", "announced"),
                        ],
                        default="OPEN",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("PIN", "by PIN, on the tablet"),
                            ("REMOTE", "from afar"),
                            ("FALLBACK", "by the fallback, for want of an answer"),
                        ],
                        max_length=8,
                        verbose_name="how decided",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="in words")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("due_at", models.DateTimeField(verbose_name="to be answered until")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.clerk",
                        verbose_name="asked by",
                    ),
                ),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="orders.customerreturn",
                        verbose_name="return",
                    ),
                ),
                (
                    "decided_by_clerk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.clerk",
                        verbose_name="decided by",
                    ),
                ),
                (
                    "decided_by_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "order_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="orders.orderline",
                        verbose_name="order line",
                    ),
                ),
            ],
            options={
                "verbose_name": "review",
                "verbose_name_plural": "reviews",
                "permissions": [("decide_review", "Can decide reviews of all stores")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "OPEN")),
                        fields=["due_at"],
                        name="orders_reviews_due",
                    ),
                    models.Index(fields=["-asked_at"], name="orders_newest_reviews"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "OPEN")),
                        fields=("customer_return", "order_line", "rule"),
                        name="orders_one_open_review_per_line",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("order_line__isnull", True), ("state", "OPEN")),
                        fields=("customer_return", "rule"),
                        name="orders_one_open_review_per_return",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "LEGAL_NOTICE"), ("state", "ANNOUNCED")),
                            models.Q(
                                models.Q(("kind", "LEGAL_NOTICE"), _negated=True),
                                models.Q(("state", "ANNOUNCED"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_legal_right_is_only_announced",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("how", ""),
                                ("state__in", ("OPEN", "ANNOUNCED")),
                            ),
                            models.Q(
                                models.Q(("state__in", ("OPEN", "ANNOUNCED")), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="orders_review_decided_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "REFUSED"), _negated=True),
                            models.Q(
                                ("how__in", ("PIN", "REMOTE")),
                                models.Q(("words", ""), _negated=True),
                                models.Q(
                                    ("decided_by_clerk__isnull", False),
                                    ("decided_by_user__isnull", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="orders_refusal_is_a_persons_with_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "APPROVED"), _negated=True),
                            ("how", "FALLBACK"),
                            models.Q(
                                ("how__in", ("PIN", "REMOTE")),
                                models.Q(
                                    ("decided_by_clerk__isnull", False),
                                    ("decided_by_user__isnull", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="orders_approval_has_its_author",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked_by__isnull", True),
                            ("decided_by_clerk__isnull", True),
                            models.Q(("decided_by_clerk", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="orders_nobody_decides_what_he_asked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("ASKED", "asked"),
                            ("ANNOUNCED", "announced"),
                            ("SEEN", "looked at"),
                            ("APPROVED", "approved"),
                            ("REFUSED", "refused"),
                            ("WITHDRAWN", "taken back"),
                            ("ESCALATED", "passed on to head office"),
                            ("EXPIRED", "nobody answered in time"),
                            ("USED", "the return was taken on it"),
                        ],
                        max_length=9,
                        verbose_name="what",
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("PIN", "by PIN, on the tablet"),
                            ("REMOTE", "from afar"),
                            ("FALLBACK", "by the fallback, for want of an answer"),
                        ],
                        max_length=8,
                        verbose_name="how decided",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="in words")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "clerk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.clerk",
                        verbose_name="clerk",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="orders.review",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "entry of a review",
                "verbose_name_plural": "entries of reviews",
                "indexes": [models.Index(fields=["review", "at"], name="orders_entries_of_review")],
            },
        ),
        migrations.CreateModel(
            name="ReviewNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("EMAIL", "e-mail"), ("PUSH", "web push")],
                        max_length=5,
                        verbose_name="channel",
                    ),
                ),
                (
                    "route",
                    models.CharField(
                        choices=[("STORE", "the store’s manager"), ("OFFICE", "head office")],
                        max_length=6,
                        verbose_name="who is asked",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "waits"),
                            ("SENT", "sent"),
                            ("DROPPED", "not needed any more"),
                            ("FAILED", "given up"),
                        ],
                        default="WAITING",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("failure", models.CharField(blank=True, max_length=40, verbose_name="failure")),
                ("created_at", models.DateTimeField(verbose_name="written")),
                ("next_at", models.DateTimeField(verbose_name="next attempt")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="orders.customerreturn",
                        verbose_name="return",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="stores.pushsubscription",
                        verbose_name="browser",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review_notices",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice to an approver",
                "verbose_name_plural": "notices to approvers",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "WAITING")),
                        fields=["next_at"],
                        name="orders_notices_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("channel", "PUSH"), ("subscription__isnull", False)),
                            models.Q(("channel", "EMAIL"), ("subscription__isnull", True)),
                            _connector="OR",
                        ),
                        name="orders_notice_has_its_channel",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "SENT"), _negated=True),
                            ("sent_at__isnull", False),
                            _connector="OR",
                        ),
                        name="orders_notice_sent_has_its_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SatisfactionRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="satisfaction_request",
                        to="customers.customer",
                    ),
                ),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.customerreturn",
                    ),
                ),
            ],
            options={
                "verbose_name": "question of satisfaction",
                "verbose_name_plural": "questions of satisfaction",
            },
        ),
        migrations.CreateModel(
            name="Slip",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("RECEIPT", "receipt"),
                            ("GIFT", "gift receipt"),
                            ("RETURN", "return slip"),
                            ("EXCHANGE", "exchange slip"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "code_hash",
                    models.CharField(
                        editable=False, max_length=64, unique=True, verbose_name="code, hashed"
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("expires_at", models.DateTimeField(verbose_name="leads there until")),
                (
                    "customer_return",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slips",
                        to="orders.customerreturn",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slips",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "verbose_name": "slip",
                "verbose_name_plural": "slips",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("customer_return__isnull", True), ("order__isnull", False)),
                            models.Q(("customer_return__isnull", False), ("order__isnull", True)),
                            _connector="OR",
                        ),
                        name="orders_slip_of_one_thing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("order__isnull", False)),
                        fields=("order", "kind"),
                        name="orders_slip_once_per_order",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("customer_return__isnull", False)),
                        fields=("customer_return", "kind"),
                        name="orders_slip_once_per_return",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SoldSerial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("serial", models.CharField(max_length=40, verbose_name="serial number or lot")),
                ("units", models.PositiveIntegerField(default=1, verbose_name="units")),
                (
                    "order_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="serials",
                        to="orders.orderline",
                    ),
                ),
            ],
            options={
                "verbose_name": "serial sold",
                "verbose_name_plural": "serials sold",
                "indexes": [models.Index(fields=["serial"], name="orders_by_serial")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order_line", "serial"), name="orders_serial_once_per_line"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units__gt", 0)), name="orders_serial_has_units"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockMovement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("SALE", "sold"),
                            ("RETURN", "came back"),
                            ("EXCHANGE", "handed over in exchange"),
                            ("RESERVED", "put aside"),
                            ("RELEASED", "no longer put aside"),
                            ("COUNT", "counted"),
                            ("TRANSFER", "from store to store"),
                        ],
                        max_length=8,
                        verbose_name="reason",
                    ),
                ),
                ("units", models.IntegerField(verbose_name="into the store")),
                ("held", models.IntegerField(default=0, verbose_name="put aside")),
                ("on_hand_after", models.IntegerField(verbose_name="in the store after it")),
                (
                    "reference",
                    models.CharField(blank=True, max_length=80, verbose_name="reference"),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("event_key", models.CharField(editable=False, max_length=120, unique=True)),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clerk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.clerk",
                    ),
                ),
                (
                    "stock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="orders.stock",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock movement",
                "verbose_name_plural": "stock movements",
                "indexes": [models.Index(fields=["stock", "-at"], name="orders_latest_movements")],
            },
        ),
        migrations.AddField(
            model_name="instruction",
            name="collection",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="instruction",
                to="orders.collection",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="credit_use",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payment",
                to="orders.creditentry",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="credit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="orders.creditaccount",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="agreement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="orders.refundagreement",
            ),
        ),
        migrations.AddConstraint(
            model_name="customerreturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["RECEIVED", "SETTLED", "CLOSED"]), _negated=True),
                    ("store__isnull", False),
                    models.Q(("source", "counter"), _negated=True),
                    _connector="OR",
                ),
                name="orders_settled_return_has_store",
            ),
        ),
        migrations.AddIndex(
            model_name="exchange",
            index=models.Index(
                condition=models.Q(("due_on__isnull", False), ("ending", "")),
                fields=["due_on"],
                name="orders_exchanges_awaited",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "MADE"), _negated=True),
                    ("order__isnull", False),
                    _connector="OR",
                ),
                name="orders_made_exchange_has_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ending", "LOST"), _negated=True),
                    models.Q(("ending_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="orders_written_off_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="instruction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("collection__isnull", True), ("refund__isnull", False)),
                    models.Q(("collection__isnull", False), ("refund__isnull", True)),
                    _connector="OR",
                ),
                name="orders_instruction_for_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("points__isnull", True),
                    models.Q(("points__gt", 0), ("tender", "POINTS")),
                    _connector="OR",
                ),
                name="orders_points_of_a_points_tender",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gt", 0)), name="orders_policy_has_version"
            ),
        ),
    ]
