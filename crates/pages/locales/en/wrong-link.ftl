# An authorization request that cannot be answered to an app: what it means to the person, then to the app's developer.

wrong-link-title = This sign-in link does not work
wrong-link = The link that brought you here is incomplete or wrong, so nothing was allowed or sent. Go back to the app and try again; if that does not help, tell the people who make it.
wrong-link-return = { $app } sent you here with a return address that is not its own, so nothing was sent back. Tell the people who make it.
wrong-link-inactive = { $app } may not be used at the moment, so nothing was allowed or sent. Ask the people who make it.

# Labels of what the developer is told.
wrong-link-what = What is wrong
wrong-link-sent = The link asks to go to

wrong-content-type = The request is not a form: it must be application/x-www-form-urlencoded.
wrong-client-missing = The link does not say which app it is for: client_id is missing.
wrong-repeated = The link names { $parameter } more than once.
wrong-client-unknown = No app with this client_id is registered here.
wrong-client-pending = This app has not been let in yet: it waits for review.
wrong-client-off = This app has been switched off.

# What is wrong with the redirect URI.
wrong-uri-long = The redirect URI is longer than 2000 characters. It must match a registered one exactly.
wrong-uri-malformed = The redirect URI is not an absolute URI such as https://app.example/callback. It must match a registered one exactly.
wrong-uri-fragment = A redirect URI has no fragment (#...). It must match a registered one exactly.
wrong-uri-user = A redirect URI has no user name or password. It must match a registered one exactly.
wrong-uri-http = Plain http is for loopback only: use https. The redirect URI must match a registered one exactly.
wrong-uri-scheme = A private-use scheme contains a dot, such as com.example.app:/callback. The redirect URI must match a registered one exactly.
wrong-uri-missing = redirect_uri is missing, and the app has more than one registered. It must match a registered one exactly.
wrong-uri-unregistered = redirect_uri is not one that is registered for the app. It must match a registered one exactly.

# Where the app's developer finds out more.
wrong-link-check = Compare it with the registered addresses
wrong-link-log = Find this request in the app’s log
wrong-link-document = This app describes itself on a web page of its own, and that description could not be used. Nothing was allowed or sent. Ask the people who make it.
wrong-document-url = client_id is a URL that names no app: it is https, with a path, without user name, password, fragment and dots as path segments, and of at most 500 characters.
wrong-document-unreachable = The document at client_id could not be read: it must answer 200, itself and within five seconds.
wrong-document-type = The document at client_id is not served as application/json.
wrong-document-malformed = The document at client_id is no JSON object of at most 5 KiB.
wrong-document-id = The client_id in the document is not the URL that leads to it.
wrong-document-full = Too many new apps came at once. Try again in a while.
wrong-document-says = The document at client_id is not taken: { $fault }
wrong-uri-document = redirect_uri is not in redirect_uris of the document at { $document }: this entry is missing there.
