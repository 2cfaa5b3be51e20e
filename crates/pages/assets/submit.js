// Sends the one form of the page. Without script its button does.
"use strict";

document.forms[0].submit();
