using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Secronna.IdentityProvider;
using Secronna.IdentityProvider.Keys;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Access.Tokens;

/// <summary>A text that is not a valid access token for this server is refused, however similar it is to one (S21).</summary>
[Trait("Engine", "Sqlite")]
[Trait(TestEngine.Trait, TestEngine.Any)]
[FlawClass("request forgery")]
public sealed class TokenAttackTests(SharedServer shared)
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    public static TheoryData<string> RequiredClaims =>
    [
        "iss", "aud", "exp", "sub", "accountId",
    ];

    public static TheoryData<string, string?> InvalidClaims => new()
    {
        { "iss", "\"https://huudis.example\"" },
        { "iss", "[]" },
        { "iss", "{}" },
        { "iss", "7" },
        { "iss", "null" },
        { "iss", "\"\"" },
        { "aud", "\"secronna-web\"" },
        { "aud", "\"SECRONNA\"" },
        { "aud", "\"secronna/\"" },
        { "aud", "[]" },
        { "aud", "[\"other\",\"another\"]" },
        { "aud", "{\"secronna\":true}" },
        { "exp", $"{(Now - TimeSpan.FromSeconds(31)).ToUnixTimeSeconds()}" },
        { "exp", "0" },
        { "exp", "-1" },
        { "exp", "\"never\"" },
        { "exp", "null" },
        { "nbf", $"{(Now + TimeSpan.FromMinutes(2)).ToUnixTimeSeconds()}" },
        { "sub", "1" },
        { "sub", "null" },
        { "sub", "\"\"" },
        { "sub", "[\"usr_1\"]" },
        { "sub", "\"a b\"" },
        { "sub", "\"a\\u0000\"" },
        { "sub", "\"\\ud800\"" },
        { "sub", $"\"{new string('a', 256)}\"" },
        { "accountId", "7" },
        { "accountId", "[\"acc_a\"]" },
        { "accountId", "{}" },
        { "accountId", "\"\"" },
        { "accountId", "\"acc a\"" },
        { "accountId", "true" },
        { "identityType", "\"robot\"" },
        { "identityType", "1" },
        { "identityType", "\"operator\"" },
        { "identityType", "\"api_key\"" },
        { "nonce", "\"n-0S6_WzA2Mj\"" },
        { "nonce", "null" },
        { "cnf", "{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}" },
        { "cnf", "{}" },
        { "cnf", "null" },
        { "at_hash", "\"MTIzNDU2Nzg5MDEyMzQ1Ng\"" },
    };

    public static TheoryData<string, string> InvalidHeaders => new()
    {
        { "typ", "\"JOSE\"" },
        { "typ", "\"id+jwt\"" },
        { "typ", "\"dpop+jwt\"" },
        { "typ", "\"logout+jwt\"" },
        { "typ", "null" },
        { "typ", "\"at+JWT\"" },
        { "typ", "[\"JWT\"]" },
        { "kid", "" },
        { "kid", "null" },
        { "kid", "\"\"" },
        { "kid", "\"another\"" },
        { "kid", "\"../../keys\"" },
        { "kid", "1" },
        { "alg", "\"none\"" },
        { "alg", "\"None\"" },
        { "alg", "\"HS256\"" },
        { "alg", "\"RS256\"" },
        { "alg", "\"PS256\"" },
        { "alg", "\"ES384\"" },
        { "alg", "\"es256\"" },
        { "alg", "\"\"" },
        { "alg", "" },
        { "crit", "[\"exp\"]" },
        { "crit", "[]" },
        { "crit", "\"b64\"" },
        { "b64", "true" },
        { "b64", "false" },
        { "zip", "\"DEF\"" },
        { "cty", "\"JWT\"" },
        { "cty", "null" },
    };

    [Fact]
    public async Task The_unchanged_token_of_these_tests_is_valid()
    {
        var at = await NewAsync();
        await at.IsValidAsync(at.Forge.Sign(at.Claims));
        await at.IsValidAsync(at.Forge.Sign(at.Claims.ToJsonString(), Header(at, ("typ", "\"JWT\""))));
        await at.IsValidAsync(at.Forge.Sign(at.Claims.ToJsonString(), Header(at, ("typ", ""))));
        await at.IsValidAsync(at.Forge.Sign(at.Claims.ToJsonString(), Header(at, ("typ", "\"application/at+jwt\""))));
        at.Claims["aud"] = new JsonArray("other", "secronna-cli");
        await at.IsValidAsync(at.Forge.Sign(at.Claims));
        at.Claims["nbf"] = (TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(20)).ToUnixTimeSeconds();
        await at.IsValidAsync(at.Forge.Sign(at.Claims));
        at.Claims.Remove("nbf");
        at.Claims["exp"] = (TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(10)).ToUnixTimeSeconds();
        await at.IsValidAsync(at.Forge.Sign(at.Claims));
    }

    [Theory]
    [MemberData(nameof(RequiredClaims))]
    public async Task A_token_without_a_required_claim_is_refused(string name)
    {
        var at = await NewAsync();
        Assert.True(at.Claims.Remove(name));
        await at.IsRefusedAsync(at.Forge.Sign(at.Claims));
    }

    [Theory]
    [MemberData(nameof(InvalidClaims))]
    [FlawClass("missing validation")]
    public async Task A_token_with_an_invalid_claim_is_refused(string name, string? json)
    {
        var at = await NewAsync();
        at.Claims.Remove(name);
        await at.IsRefusedAsync(at.Forge.Sign($"{at.Claims.ToJsonString()[..^1]},\"{name}\":{json}}}"));
    }

    [Theory]
    [FlawClass("algorithm confusion")]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("ES384")]
    [InlineData("PS256")]
    [InlineData("HS256")]
    [InlineData("none")]
    [InlineData("EdDSA")]
    public async Task A_true_signature_under_the_name_of_another_algorithm_is_refused(string algorithm)
    {
        var at = await NewAsync();
        await at.IsRefusedAsync(at.Forge.Sign(at.Claims.ToJsonString(), Header(at, ("alg", $"\"{algorithm}\""))));
    }

    [Theory]
    [MemberData(nameof(InvalidHeaders))]
    [FlawClass("algorithm confusion")]
    public async Task A_token_with_an_invalid_header_is_refused(string name, string json)
    {
        var at = await NewAsync();
        await at.IsRefusedAsync(at.Forge.Sign(at.Claims.ToJsonString(), Header(at, (name, json))));
    }

    [Theory]
    [InlineData("sub", "\"usr_victim\"")]
    [InlineData("accountId", "\"acc_victim\"")]
    [InlineData("role", "\"owner\"")]
    [InlineData("exp", "4102444800")]
    [InlineData("scope", "\"x\"")]
    [InlineData("whatever", "[{\"a\":1,\"a\":2}]")]
    [FlawClass("duplicate members")]
    public async Task A_token_with_a_duplicate_claim_is_refused(string name, string json)
    {
        var at = await NewAsync();
        at.Claims["role"] = "viewer";
        at.Claims["whatever"] = 1;
        await at.IsRefusedAsync(at.Forge.Sign($"{at.Claims.ToJsonString()[..^1]},\"{name}\":{json}}}"));
        await at.IsRefusedAsync(at.Forge.Sign($"{{\"{name}\":{json},{at.Claims.ToJsonString()[1..]}"));
    }

    [Fact]
    [FlawClass("duplicate members")]
    public async Task A_token_with_a_duplicate_header_member_is_refused()
    {
        var at = await NewAsync();
        foreach (var more in new[] { "\"alg\":\"ES256\"", "\"alg\":\"none\"", "\"kid\":\"other\"", "\"typ\":\"JWT\"" })
        {
            var header = TokenForge.HeaderOf(at.Provider.CurrentKey);
            await at.IsRefusedAsync(at.Forge.Sign(at.Claims.ToJsonString(), $"{{{more},{header[1..]}"));
            await at.IsRefusedAsync(at.Forge.Sign(at.Claims.ToJsonString(), $"{header[..^1]},{more}}}"));
        }
    }

    [Fact]
    [FlawClass("signature bypass")]
    public async Task A_token_that_the_provider_did_not_sign_is_refused()
    {
        var at = await NewAsync();
        var (payload, key) = (at.Claims.ToJsonString(), at.Provider.CurrentKey);
        var header = TokenForge.HeaderOf(key);
        var good = at.Forge.Sign(at.Claims);
        string[] tokens =
        [
            at.Forge.Sign(payload, header, SigningKey.Create()),
            at.Forge.Sign(at.Claims, SigningKey.Create(kid: key.Kid)),
            at.Forge.Sign(at.Claims, SigningKey.Create(SigningAlgorithm.RS256, key.Kid)),
            TokenForge.SignNone(header, payload),
            TokenForge.SignNone(Header(at, ("alg", "\"none\"")), payload),
            TokenForge.SignNone("""{"alg":"none","typ":"JWT"}""", payload),
            TokenForge.SignZero(header, payload),
            TokenForge.SignZero(header, payload, 96),
            TokenForge.SignZero(header, payload, 1),
            TokenForge.Assemble(header, payload, key.SignDer),
            TokenForge.Assemble(header, payload + " ", _ => key.Sign(Encoding.ASCII.GetBytes(good[..good.LastIndexOf('.')]))),
            good[..^4],
            good[..^4] + "AAAA",
            good[..good.LastIndexOf('.')],
            good + ".",
            good + ".x",
            "." + good,
            good[..good.IndexOf('.', StringComparison.Ordinal)] + ".." + good[(good.LastIndexOf('.') + 1)..],
            "..",
            "a.b.c",
        ];
        foreach (var token in tokens)
        {
            await at.IsRefusedAsync(token);
        }
    }

    [Fact]
    [FlawClass("algorithm confusion")]
    public async Task A_token_signed_with_HMAC_under_the_public_key_is_refused()
    {
        var at = await NewAsync();
        var key = at.Provider.CurrentKey;
        byte[][] secrets =
        [
            key.PublicSpki, Encoding.ASCII.GetBytes(key.PublicPem), Encoding.ASCII.GetBytes(key.PublicPem + "\n"), [], Encoding.ASCII.GetBytes(key.Kid),
        ];
        foreach (var secret in secrets)
        {
            foreach (var alg in new[] { "HS256", "HS384", "ES256" })
            {
                await at.IsRefusedAsync(TokenForge.SignHmac(Header(at, ("alg", $"\"{alg}\"")), at.Claims.ToJsonString(), secret));
            }
        }
    }

    [Fact]
    [FlawClass("key injection")]
    public async Task A_token_that_brings_its_own_key_or_names_where_to_fetch_it_is_refused()
    {
        var at = await NewAsync();
        using var direct = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = direct.ExportParameters(false).Q;
        var jwk = $$"""{"kty":"EC","crv":"P-256","x":"{{Base64Url.EncodeToString(point.X!)}}","y":"{{Base64Url.EncodeToString(point.Y!)}}","kid":"mine","alg":"ES256"}""";
        var certificate = new CertificateRequest("CN=mine", direct, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        byte[] Sign(ReadOnlySpan<byte> data) => direct.SignData(data, HashAlgorithmName.SHA256);
        await using var elsewhere = await TestIdentityProvider.StartAsync();
        string[] members =
        [
            $"\"jwk\":{jwk}", $"\"jku\":\"{elsewhere.Issuer}/.well-known/jwks\"", $"\"x5u\":\"{elsewhere.Issuer}/cert\"",
            $"\"x5c\":[\"{Convert.ToBase64String(certificate.RawData)}\"]",
            $"\"x5t\":\"{Base64Url.EncodeToString(certificate.GetCertHash())}\"",
        ];
        foreach (var member in members)
        {
            foreach (var kid in new[] { "mine", at.Provider.CurrentKey.Kid })
            {
                await at.IsRefusedAsync(TokenForge.Assemble(
                    $$"""{"alg":"ES256","typ":"at+jwt","kid":"{{kid}}",{{member}}}""", at.Claims.ToJsonString(), Sign));
            }
        }

        Assert.Equal((0, 0), (elsewhere.Faults.DiscoveryRequests, elsewhere.Faults.JwksRequests));
    }

    [Fact]
    [FlawClass("token nesting")]
    public async Task An_encrypted_token_is_refused()
    {
        var at = await NewAsync();
        var inner = at.Forge.Sign(at.Claims);
        var header = Base64Url.EncodeToString("""{"alg":"dir","enc":"A256GCM","typ":"at+jwt","cty":"JWT"}"""u8);
        await at.IsRefusedAsync($"{header}..{new string('A', 16)}.{Base64Url.EncodeToString(Encoding.ASCII.GetBytes(inner))}.{new string('A', 22)}");
        await at.IsRefusedAsync($"{header}.{inner}.{new string('A', 22)}");
    }

    [Fact]
    [FlawClass("token substitution")]
    public async Task An_ID_token_and_a_refresh_token_of_the_provider_are_refused()
    {
        var at = await NewAsync();
        var flow = await at.Provider.DeviceFlowAsync(
            new("usr_id", at.Workspace.Id, "a@b.example", "A", "admin"), audience: "secronna-cli");
        await at.IsValidAsync(flow.AccessToken!);
        Assert.NotNull(flow.IdToken);
        await at.IsRefusedAsync(flow.IdToken!);
        await at.IsRefusedAsync(flow.RefreshToken!);
    }

    [Fact]
    [FlawClass("foreign issuer")]
    public async Task A_token_of_another_provider_is_refused()
    {
        var at = await NewAsync();
        await using var other = await TestIdentityProvider.StartAsync();
        await at.IsRefusedAsync(await other.TokenAsync(new Secronna.IdentityProvider.People.Person("usr_1", at.Workspace.Id, null, "A", "owner")));
    }

    [Theory]
    [InlineData(17_000)]
    [InlineData(1_000_000)]
    [FlawClass("denial of service")]
    public async Task A_token_that_is_too_long_is_refused_and_does_no_harm(int length)
    {
        var at = await NewAsync();
        at.Claims["padding"] = new string('a', length);
        var token = at.Forge.Sign(at.Claims);
        // The web server itself refuses headers over 32 KiB, and may close the connection before it has read them.
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(at.Workspace.Server.Address.Host, at.Workspace.Server.Address.Port);
        await using var stream = socket.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"));
            var answer = await new StreamReader(stream).ReadToEndAsync();
            Assert.Matches(length < 32_000 ? "^HTTP/1.1 401" : "^(HTTP/1.1 431|$)", answer);
        }
        catch (IOException) when (length > 32_000)
        {
        }

        await at.IsValidAsync(at.Forge.Sign(at.Provider.ClaimsOf(at.Workspace.Id, "admin")));
    }

    // The header of a valid token with one member changed, or removed if the given JSON is empty.
    private static string Header(Attack at, (string Name, string Json) change)
    {
        var header = JsonNode.Parse(TokenForge.HeaderOf(at.Provider.CurrentKey))!.AsObject();
        header.Remove(change.Name);
        return change.Json.Length == 0 ? header.ToJsonString() : $"{header.ToJsonString()[..^1]},\"{change.Name}\":{change.Json}}}";
    }

    private async Task<Attack> NewAsync()
    {
        var workspace = await shared.NewWorkspaceAsync();
        return new Attack(workspace, workspace.Server.Provider!.ClaimsOf(workspace.Id, "admin"));
    }

    private sealed record Attack(Workspace Workspace, JsonObject Claims)
    {
        public TestIdentityProvider Provider => Workspace.Server.Provider!;

        public TokenForge Forge => Provider.Forge;

        public async Task IsValidAsync(string token) => (await Workspace.Server.With(token).GetAsync("/me")).Is(200);

        public async Task IsRefusedAsync(string token) =>
            (await Workspace.Server.With(token).GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
    }
}
