# Making an account, and asking for a mail.

sign-up-title = Create an account
sign-up-button = Create account
sign-up-have-one = Have an account?
sign-up-stale = This form was out of date. Please send it again.
sign-up-invited-title = You need an invitation
sign-up-invited = Accounts at { $product } are made by invitation: ask the people who run this service for one, and follow the link in its mail. Whoever has an account already signs in.

recover-title = Get a new password
recover-remember = Remember your password?

ask-sends-link = We send you a mail with a link.
ask-leads-to-account = It leads to a page where you choose your name and password.
ask-leads-to-password = It leads to a page where you choose a new password.
ask-button = Send the mail
ask-too-many = Look into your mailbox first.

# After a mail was asked for.
sent-title = Look into your mailbox
sent-to = A mail to { $email } is on its way.
sent = The mail is on its way.
sent-sign-up = Follow the link in it to create your account. It works for a day.
sent-recovery = Follow the link in it to choose a new password. It works for two hours.
sent-proof = Follow the link in it to confirm the address. It works for a day.
sent-junk = Nothing there after some minutes? Look among the junk mail.
sent-sign-in = Go on to sign in
