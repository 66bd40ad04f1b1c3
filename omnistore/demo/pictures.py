"""Which drawing stands for an article of the demo shop, told from its English name."""

import re
from functools import cache

FOLDER = "/static/demo/products"
FALLBACK = "gift"

# Read from the top, the first that fits wins: "SCOTTIE DOG HOT WATER BOTTLE" is no bottle and
# "LUNCH BAG" no bag. Things come before what is drawn on them: birds, hearts and flowers last.
# Words fit whole, in the singular or the plural.
WORDS = (
    ("hot-water-bottle", "hot water bottle|hottie"),
    ("parcel", "postage|carriage"),
    ("block", "building block"),
    ("garden", "watering can"),
    ("game", "card game|cup game"),
    ("toy", "harmonica"),
    ("mitten", "hand warmer|handwarmer|glove|oven mitt|mitten"),
    ("t-light", "t-light|tlight|t light|tealight|tea light|candleholder|candle holder"),
    ("cake-stand", "cakestand|cake stand|cake plate"),
    ("lunch-bag", "lunch bag|lunch box|lunchbox|bento|snack box|cool bag|cooler bag"),
    ("baking", "cutter|baking set|jelly mould|mould|rolling pin|whisk"),
    ("cupcake", "cake case|baking case|cupcake"),
    ("chalkboard", "chalkboard|blackboard|black board|memo board|memoboard|slate"),
    ("tea-towel", "towel|flannel|tablecloth|table cloth|table runner"),
    ("apron", "apron|tabard"),
    ("doormat", "doormat|rug|mat|kneeling pad|placemat"),
    ("clock", "clock|watch"),
    ("sign", "sign|doorsign|plaque|wall art|door number"),
    ("scales", "scale"),
    ("paper-chain", "paper chain"),
    ("bunting", "bunting|garland|streamer|pennant"),
    ("sticker", "sticker|decal|tattoo|plaster|magnet|badge"),
    ("tag", "tag|label"),
    ("wrap", "wrap|wrapping|giftwrap|decoupage|tape"),
    ("napkin", "napkin|serviette|doilies|doileys|tissue|coaster"),
    ("purse", "purse|wallet|clutch|passport cover"),
    ("bag", "bag|shopper|tote|rucksack|backpack|holdall|handbag|satchel|suitcase|mini case"),
    ("box", "jewellery box|jewelry box"),
    ("drawers", "jewellery drawer"),
    ("necklace", "necklace|pendant|choker|lariat|neckl"),
    ("bracelet", "bracelet|bangle|anklet"),
    ("earrings", "earring"),
    ("key", "key|keyring|key-chain|keychain|padlock"),
    ("ring", "ring|brooch|jewellery|tiara|cufflink|phone charm|bag charm"),
    ("ring", "hair clip|hairclip|hairslide|hair slide|hair grip|hairgrip|hair tie|hairband"),
    ("ribbon", "ribbon|bow|tinsel|twine"),
    ("umbrella", "umbrella|rain hat|raincoat|poncho"),
    ("parasol", "parasol|windmill"),
    ("fan", "fan"),
    ("knob", "knob|doorknob|drawerknob"),
    ("hook", "hook|coat rack|coatrack|hat rack|rack|shelf|peg|hat stand"),
    ("hanger", "hanger"),
    ("drawers", "drawer|cabinet|chest|cupboard|wardrobe|bookcase|sideboard|shelves"),
    ("chair", "chair|stool|bench|seat|deckchair|playhouse"),
    ("mirror", "mirror"),
    ("frame", "frame|photo|picture|poster|canvas|print|album|art print|cornice"),
    ("cushion", "cushion|pillow|bean bag|blanket|throw|quilt|eye mask|slipper"),
    ("night-light", "night light|nightlight|lamp|lampshade|light bulb|torch|chandelier"),
    ("lantern", "lantern"),
    ("candle", "candle|candlestick|incense|scented|diffuser|oil burner|votive|candlepot"),
    ("lights", "light|illuminated"),
    ("stocking", "stocking|advent|santa"),
    ("bauble", "bauble|ornament|bell|hanging decoration|christmas craft|christmas decoration"),
    ("bauble", "cracker|wreath|icicle|snowflake|snowman|snowmen|sleigh|reindeer"),
    ("tree", "christmas tree|tree"),
    ("teapot", "teapot|tea pot|tea set|tea for one|kettle|coffee pot"),
    ("teacup", "teacup|tea cup|saucer"),
    ("jug", "jug|pitcher|milk bottle|vase|carafe|decanter"),
    ("mug", "mug|beaker|cup|egg cup"),
    ("cutlery", "cutlery|spoon|fork|knife|knives|chopstick|server|spatula|tongs|opener"),
    ("cutlery", "corkscrew|grater|peeler|strainer"),
    ("clock", "timer"),
    ("plate", "plate|tray|platter|dish|dishes|place setting|chopping board"),
    ("bowl", "bowl|ramekin|colander|sieve|popcorn holder|breakfast set"),
    ("glass", "tumbler|goblet|wine glass|tea glass|champagne|straw"),
    ("soap", "soap|bath|sponge|toothbrush|lip gloss|lip balm|brush|nail file|cosmetic"),
    ("bottle", "bottle|flask|cruet"),
    ("jar", "jar|jam|marmalade|sugar dispenser|cookie|chutney|trinket pot"),
    ("tin", "tin|canister|money bank|piggy bank|bread bin|bin|caddy|bucket|pail|container"),
    ("tin", "tea,coffee,sugar|milk pan|dispenser"),
    ("game", "game|domino|dominoes|bingo|ludo|dice|chess|skittle|playing card|snap card|snap"),
    (
        "game",
        "puzzle|jigsaw|snakes|solitaire|quoits|backgammon|rounders|croquet|naughts|heads and tails",
    ),
    ("basket", "basket|hamper|crate|trug|trolley"),
    ("box", "box|trinket|casket|trunk|toy tidy|tidy|organiser|bookend|storage"),
    ("card", "card|postcard|envelope|invitation|letter rack|writing set|invite"),
    ("notebook", "notebook|book|note book|notepad|journal|diary|calendar|shopping list"),
    ("notebook", "jotter|stationery|memo|pad|stamp|planner|folder|calculator|recipe"),
    ("pencil", "pencil|pen|crayon|chalk|paint|painting|colouring|ruler|eraser|rubber|sharpener"),
    ("button", "sewing|button|knitting|felt craft|craft|needle|embroidery|patch|thread|knitted"),
    ("block", "block|word|alphabet|letter"),
    ("doll", "doll|dolly|princess|fairy|angel|puppet|ballerina|cherub|babushka"),
    ("button", "feltcraft"),
    ("toy", "toy|spinning top|glider|skipping rope|rocking horse|yoyo|kite|ball"),
    ("toy", "plane|train|robot|soldier|rattle|dinosaur|inflatable|teddy|modelling clay|recorder"),
    ("toy", "tambourine|trumpet|catch cup|bubble|slinky|frisbee|sandcastle|spade"),
    ("balloon", "balloon"),
    ("garden", "watering can|garden|gardener|gardening|seed|plant|planter|trowel|trellis|herb"),
    ("garden", "birdhouse|bird house|bird feeder|bird table|bird bath|flower pot|pot|grow"),
    ("rabbit", "rabbit|bunny|bunnies|easter"),
    ("butterfly", "butterfly|butterflies|dragonfly|bee|ladybird"),
    ("bird", "bird|lovebird|owl|dove|chick|hen|duck|cockerel|robin|peacock"),
    ("star", "star"),
    ("heart", "heart|love|sweetheart"),
    ("flower", "flower|rose|tulip|lily|daisy|poppy|sunflower|hyacinth|blossom|lavender|leaf"),
    ("glass", "glass"),
    ("bauble", "christmas|decoration"),
    ("balloon", "party|birthday"),
)


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})(?:e?s)?\b", re.IGNORECASE)


PATTERNS = tuple((picture, _pattern(words)) for picture, words in WORDS)


@cache
def for_name(name: str) -> str:
    """Return the static path of an article's picture: a wrapped gift when no word is known."""
    fitting = (picture for picture, pattern in PATTERNS if pattern.search(name))
    return f"{FOLDER}/{next(fitting, FALLBACK)}.svg"
