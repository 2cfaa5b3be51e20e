# A person's own page.

account-title = Your account

# Mail comes back, or was called junk.
account-trouble-title = Mail does not reach you
account-trouble-bounce = Mail to your address comes back.
account-trouble-complaint = A mail of ours was called junk in your mailbox, so we send nothing there but what you ask for, once a day.
account-trouble-means = Until that is mended you are not told when your password is changed or a new device signs in.
account-trouble-mend-html = If the address is wrong, <a href="#new-email">change it</a>. If it is right, have a link sent to it and follow it.
account-send-link = Send the link

account-prove-title = Confirm your e-mail
account-prove-means = Until you do, apps are not told your address, and you hear nothing of what happens to your account.

account-apps = See which apps may use your account

account-sessions-title = Where you are signed in
account-sessions-none = Nowhere else.
account-session-this = This browser
account-session-since = Since { $time }
account-session-active = Last active { $time }
account-session-end = Sign out
# Read aloud after the button's word.
account-session-which = { $browser }, since { $time }
account-sessions-older = Show older ones
account-sign-out = Sign out
account-sign-out-others = Sign out the others
account-sign-out-everywhere = Sign out everywhere

account-name-title = Change your name
account-name-button = Change name

preferences-title = Language and time zone
preferences-change = Change
preferences-hint = For these pages and for mails to you.
preferences-language = Language
preferences-language-as-browser = As the browser asks
preferences-zone = Time zone
preferences-zone-usual = As usual here ({ $zone })
preferences-button = Save

account-email-title = Change your e-mail
account-email-means = We send a link to the new address. Until you follow it, everything stays as it is.
account-email-label = New e-mail

account-password-title = Change your password
account-password-button = Change password

# What was done.
account-done-password = Your password is changed. Other browsers were signed out.
account-done-session = That browser is signed out.
account-done-others = Every other browser is signed out.
account-done-joined = Your account is ready. If you began on another device or in another browser, go back there and sign in.
account-done-recovered = Your password is changed, and every other browser was signed out. If you began on another device, go back there and sign in.
account-done-name = Your name is changed.
account-done-proved = Your e-mail is confirmed.
account-done-preferences = Your language and time zone are saved.

# What is wrong.
account-stale = This page was out of date. Please try again.
account-wrong-password = This is not your current password.
account-same-address = This is your address already.
account-no-mail = No mail can be sent to your address. Change it below.
preferences-no-such-zone = There is no such time zone.

# The page of a test user whose password is published.
everyones-title = This test user is everyone’s
everyones-means = Its password stands in the documentation, so nothing can be changed here.

# What is wrong with what somebody chose.
fault-name-length = Enter your name, at most 100 characters.
fault-name-characters = Enter your name without characters that cannot be seen, and with four marks on a letter at most.
fault-email = Enter an e-mail address, such as ada@example.com.
fault-password-short = Use at least { $min } characters; a short sentence is good.
fault-password-long = Use at most 1000 characters.
fault-password-pattern = This repeats itself or follows a row of keys or numbers. Use four unrelated words.
fault-password-own = This is hardly more than your name, your address or the name of this service. Use four unrelated words.
fault-password-common = This is a common password, or close to one. Use four unrelated words.

# A browser in the list of sessions and in mails.
browser-on = { $browser } on { $system }
browser-unknown = Unknown browser

# Their own data, and the end of the account.
account-data-title = Your data
account-data = Take your data with you, or delete your account
data-title = Your data
data-export-title = Take it with you
data-export-means = One document with all that we know of you: account, sessions, connected apps, your own apps, organizations, and what happened to your account in the last 90 days.
data-export-button = Download
data-delete-title = Delete your account
data-delete-means = This takes effect at once and cannot be undone:
data-delete-sessions = { $count ->
    [one] You are signed out.
   *[other] You are signed out in { $count } browsers.
}
data-delete-connections = { $count ->
    [0] No app is connected that would notice.
    [one] One connected app can no longer use your account.
   *[other] { $count } connected apps can no longer use your account.
}
data-delete-apps = { $count ->
    [one] One app of yours ends for everybody who uses it. To keep it, hand it over first.
   *[other] { $count } apps of yours end for everybody who uses them. To keep them, hand them over first.
}
data-delete-address = Your name, your e-mail and your password are erased. You can make a new account with the same address.
data-delete-kept = { $days ->
    [0] What is kept: the record of what was done, with a number in place of your name.
    [one] What is kept: the record of what was done, with a number in place of your name. The network addresses in it are erased after one day.
   *[other] What is kept: the record of what was done, with a number in place of your name. The network addresses in it are erased after { $days } days.
}
data-confirm = To confirm, type { $email }
data-not-confirmed = This is not the address of your account.
data-delete-button = Delete my account
data-last-owner = These organizations would have no owner. Make somebody else an owner, or dissolve them; then you can delete your account.
data-changed = Something about your account changed at the same moment. Look at this page again before you delete it.

# Of people who sign in at the company's own login.
account-elsewhere-title = Your name and password
account-elsewhere-means = You sign in with the account that you have with { $product }. Change your name, your address and your password there; this page is about the apps that you let in.
