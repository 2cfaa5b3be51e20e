package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
{%- if link.reads() %}
	"os"
{%- endif %}
)

func random(size int) string {
	bytes := make([]byte, size)
	if _, err := rand.Read(bytes); err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(bytes)
}

func main() {
	state := random(16)
	codeVerifier := random(32)
	digest := sha256.Sum256([]byte(codeVerifier))

	query := url.Values{}
	query.Set("response_type", "code")
	query.Set("client_id", {{ link.id_or("os.Getenv(\"CLIENT_ID\")") }})
	query.Set("redirect_uri", {{ link.uri_or("os.Getenv(\"REDIRECT_URI\")") }})
{%- if !link.scope.is_empty() %}
	query.Set("scope", {{ self::quoted(link.scope) }})
{%- endif %}
	query.Set("state", state)
	query.Set("code_challenge", base64.RawURLEncoding.EncodeToString(digest[:]))
	query.Set("code_challenge_method", "S256")
	fmt.Printf("Remember: STATE=%s CODE_VERIFIER=%s\n", state, codeVerifier)
	fmt.Printf("Send the browser to: %s?%s\n", {{ self::quoted(link.url) }}, query.Encode())
}
