"""What goes in and out as JSON. Names in -New are requests; PATCH loads them partially."""

from marshmallow import RAISE, Schema, fields, validate

from .fields import LARGEST_ID, Money, Price, integer, text

YEARS = {"min": -3000, "max": 2100}
FORMATS = ("hardcover", "paperback", "ebook", "audiobook")


class RequestSchema(Schema):
    """Refuses members that it does not know: marshmallow's default, told to the document."""

    class Meta:
        unknown = RAISE


class PageQuerySchema(Schema):
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=LARGEST_ID))
    per_page = fields.Integer(load_default=20, validate=validate.Range(min=1, max=100))


class PageSchema(Schema):
    total = fields.Integer(required=True, validate=validate.Range(min=0))
    page = fields.Integer(required=True, validate=validate.Range(min=1))
    per_page = fields.Integer(required=True, validate=validate.Range(min=1, max=100))


# --- Accounts ---


class CredentialsSchema(RequestSchema):
    username = text(min=1, max=150, required=True)
    password = text(min=1, max=200, required=True)


class TokenSchema(Schema):
    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "In seconds."})


class UserSchema(Schema):
    id = fields.Integer(required=True)
    username = fields.String(required=True)
    email = fields.Email(required=True)
    full_name = fields.String(required=True)
    is_staff = fields.Boolean(required=True)


class UserChangeSchema(RequestSchema):
    email = fields.Email(validate=validate.Length(max=254))
    full_name = text(min=1, max=200)


# --- Authors ---


class AuthorNewSchema(RequestSchema):
    name = text(min=1, max=200, blank=False, required=True)
    born = integer(**YEARS, allow_none=True)
    died = integer(
        **YEARS, allow_none=True, metadata={"description": "Not before the year of birth."}
    )
    bio = text(max=2000)


class AuthorSchema(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    born = fields.Integer(required=True, allow_none=True)
    died = fields.Integer(required=True, allow_none=True)
    bio = fields.String(required=True)


class AuthorRefSchema(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)


class AuthorPageSchema(PageSchema):
    items = fields.List(fields.Nested(AuthorSchema), required=True)


class AuthorQuerySchema(PageQuerySchema):
    q = text(max=100, metadata={"description": "Part of the name, in any case."})
    sort = fields.String(
        load_default="name", validate=validate.OneOf(["name", "-name", "born", "-born"])
    )


# --- Books ---


class BookNewSchema(RequestSchema):
    title = text(min=1, max=300, blank=False, required=True)
    author_id = integer(min=1, required=True)
    isbn = fields.String(
        required=True, validate=[validate.Length(equal=13), validate.Regexp("^97[89][0-9]{10}$")]
    )
    price = Price(required=True)
    year = integer(**YEARS, required=True)
    format = fields.String(required=True, validate=validate.OneOf(FORMATS))
    stock = integer(min=0, max=1_000_000)
    description = text(max=5000)


class BookSchema(Schema):
    id = fields.Integer(required=True)
    title = fields.String(required=True)
    author = fields.Nested(AuthorRefSchema, required=True)
    isbn = fields.String(required=True)
    price = Money(required=True)
    year = fields.Integer(required=True)
    format = fields.String(required=True, validate=validate.OneOf(FORMATS))
    stock = fields.Integer(required=True, validate=validate.Range(min=0))
    description = fields.String(required=True)
    created_at = fields.DateTime(required=True)


class BookPageSchema(PageSchema):
    items = fields.List(fields.Nested(BookSchema), required=True)


class BookQuerySchema(PageQuerySchema):
    q = text(max=100, metadata={"description": "Part of the title or the author's name."})
    author_id = fields.Integer(validate=validate.Range(min=1, max=LARGEST_ID))
    price_min = fields.Float(validate=validate.Range(min=0))
    price_max = fields.Float(validate=validate.Range(min=0))
    sort = fields.String(
        load_default="title",
        validate=validate.OneOf(["title", "-title", "price", "-price", "year", "-year"]),
    )


# --- Orders ---


class OrderLineNewSchema(RequestSchema):
    book_id = integer(min=1, required=True)
    quantity = integer(min=1, max=100, required=True)


class OrderNewSchema(RequestSchema):
    lines = fields.List(
        fields.Nested(OrderLineNewSchema), required=True, validate=validate.Length(min=1, max=50)
    )


class OrderLineSchema(Schema):
    book_id = fields.Integer(required=True)
    title = fields.String(required=True, attribute="book.title")
    quantity = fields.Integer(required=True)
    unit_price = Money(required=True)


class OrderSchema(Schema):
    id = fields.Integer(required=True)
    customer = fields.String(required=True, attribute="user.username")
    created_at = fields.DateTime(required=True)
    total = Money(required=True)
    lines = fields.List(fields.Nested(OrderLineSchema), required=True)


class OrderPageSchema(PageSchema):
    items = fields.List(fields.Nested(OrderSchema), required=True)


class HealthSchema(Schema):
    status = fields.String(required=True, validate=validate.Equal("ok"))
