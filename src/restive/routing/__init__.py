"""Path templates, convertors, and a matcher that is generic over what it finds. Knows no HTTP."""

from restive.routing.convertors import CONVERTORS as CONVERTORS
from restive.routing.convertors import PATH as PATH
from restive.routing.convertors import PLAIN as PLAIN
from restive.routing.convertors import Convertor as Convertor
from restive.routing.match import Found as Found
from restive.routing.match import Matcher as Matcher
from restive.routing.paths import BadPath as BadPath
from restive.routing.reverse import build_path as build_path
from restive.routing.table import Table as Table
from restive.routing.template import Param as Param
from restive.routing.template import Template as Template
from restive.routing.template import TemplateError as TemplateError
