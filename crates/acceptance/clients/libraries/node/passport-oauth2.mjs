// passport-oauth2: a site written with Express.

import express from "express";
import session from "express-session";
import passport from "passport";
import OAuth2Strategy from "passport-oauth2";
import { order, say } from "./talk.mjs";

const strategy = new OAuth2Strategy(
  {
    authorizationURL: order.authorization_endpoint,
    tokenURL: order.token_endpoint,
    clientID: order.client_id,
    clientSecret: order.client_secret,
    callbackURL: order.redirect_uri,
    scope: order.scope.split(" "),
    pkce: true,
    state: true,
  },
  (access_token, refresh_token, profile, done) => done(null, { access_token, refresh_token }),
);
passport.use(strategy);

const site = express();
site.use(session({ secret: "of a test", resave: false, saveUninitialized: false }));
site.get("/login", passport.authenticate("oauth2"));
site.get("/callback", passport.authenticate("oauth2", { session: false }), (req, res) => {
  req.session.tokens = req.user;
  res.json({ tokens: [req.user] });
});

// The strategy leaves refreshing to others, who do it by the client inside it.
site.get("/renew", (req, res, next) => {
  const parameters = { grant_type: "refresh_token" };
  strategy._oauth2.getOAuthAccessToken(
    req.session.tokens.refresh_token,
    parameters,
    (error, access_token, refresh_token) => {
      if (error) return next(strategy._createOAuthError("no refresh", error));
      res.json({ tokens: [{ access_token, refresh_token }] });
    },
  );
});

site.use((error, req, res, next) => {
  res.status(403).json({ refused: { type: error.constructor.name, code: error.code } });
});

site.listen(order.port, "127.0.0.1", () => say({ site: true }));
