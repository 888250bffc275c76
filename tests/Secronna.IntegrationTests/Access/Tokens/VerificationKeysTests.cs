using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Secronna.IdentityProvider;
using Secronna.IdentityProvider.Keys;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Access.Tokens;

/// <summary>
/// Of the provider's published keys, only strong ones that are meant for signatures verify tokens, each with its own algorithm.
/// </summary>
[Trait("Engine", "Sqlite")]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class VerificationKeysTests : IAsyncLifetime
{
    private TestIdentityProvider provider = null!;
    private TestServer server = null!;
    private Workspace workspace = null!;

    public async ValueTask InitializeAsync()
    {
        provider = await TestIdentityProvider.StartAsync();
        server = await TestServer.StartAsync(provider: provider);
        workspace = await server.NewWorkspaceAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await provider.DisposeAsync();
    }

    [Theory]
    [InlineData("use", "\"sig\"", 200)]
    [InlineData("use", null, 200)]
    [InlineData("use", "\"enc\"", 401)]
    [InlineData("use", "\"\"", 401)]
    [InlineData("key_ops", "[\"verify\"]", 200)]
    [InlineData("key_ops", "[\"sign\",\"verify\"]", 200)]
    [InlineData("key_ops", "[\"sign\"]", 401)]
    [InlineData("key_ops", "[\"deriveKey\"]", 401)]
    [InlineData("key_ops", "[]", 401)]
    [InlineData("alg", null, 200)]
    [InlineData("alg", "\"ES256\"", 200)]
    [InlineData("alg", "\"ES384\"", 401)]
    [InlineData("alg", "\"RS256\"", 401)]
    [InlineData("alg", "\"ECDH-ES\"", 401)]
    [InlineData("kid", null, 401)]
    [InlineData("kid", "\"\"", 401)]
    [InlineData("kid", "\"another\"", 401)]
    [InlineData("kty", "\"OKP\"", 401)]
    [InlineData("kty", "\"RSA\"", 401)]
    [InlineData("x", "\"AAAA\"", 401)]
    public async Task A_key_verifies_tokens_only_if_it_is_meant_for_signatures(string name, string? json, int status)
    {
        RewriteKey(name, json);

        (await CallAsync(NewToken())).Is(status);
    }

    [Theory]
    [InlineData("RS256", 200)]
    [InlineData(null, 200)]
    [InlineData("RS512", 401)]
    [InlineData("PS256", 401)]
    [InlineData("RSA-OAEP", 401)]
    public async Task A_key_that_names_its_algorithm_is_used_for_no_other(string? algorithm, int status)
    {
        provider.Rotate(keepOld: false, SigningAlgorithm.RS256);
        RewriteKey("alg", algorithm is null ? null : $"\"{algorithm}\"");

        (await CallAsync(NewToken())).Is(status);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("\"key\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"kty\":7}")]
    [InlineData("{\"kty\":\"EC\",\"kid\":{},\"crv\":\"P-256\"}")]
    [InlineData("{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"!!\",\"e\":\"AQAB\"}")]
    [InlineData("{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-999\",\"x\":\"AA\",\"y\":\"AA\"}")]
    [InlineData("{\"kty\":\"AKP\",\"kid\":\"pq\",\"alg\":\"ML-DSA-65\",\"pub\":\"AA\"}")]
    public async Task A_strange_key_beside_a_good_one_is_skipped(string key)
    {
        provider.Faults.RewriteJwks = real =>
        {
            var jwks = JsonNode.Parse(real)!;
            jwks["keys"]!.AsArray().Insert(0, JsonNode.Parse(key));
            return jwks.ToJsonString();
        };

        (await CallAsync(NewToken())).Is(200);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/octet-stream")]
    public async Task The_content_type_of_the_documents_does_not_matter(string contentType)
    {
        (provider.Faults.RewriteDiscovery, provider.Faults.RewriteJwks) = (real => real, real => real);
        provider.Faults.ContentType = contentType;

        (await CallAsync(NewToken())).Is(200);
    }

    [Theory]
    [FlawClass("weak key")]
    [InlineData(2_048, 200)]
    [InlineData(2_040, 401)]
    [InlineData(1_024, 401)]
    public async Task A_weak_RSA_key_verifies_nothing(int bits, int status)
    {
        using var key = RSA.Create(bits);
        provider.Faults.RewriteJwks = _ => JwksOf(key);

        (await CallAsync(SignedBy(key, """{"alg":"RS256","typ":"at+jwt","kid":"mine"}"""))).Is(status);
    }

    [Fact]
    [FlawClass("key injection")]
    public async Task A_key_is_found_by_its_id_and_never_by_its_certificate()
    {
        using var key = RSA.Create(2_048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=mine", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var thumbprint = Base64Url.EncodeToString(certificate.GetCertHash());
        provider.Faults.RewriteJwks = _ =>
            JwksOf(key, $$""","x5t":"{{thumbprint}}","x5c":["{{Convert.ToBase64String(certificate.RawData)}}"]""");

        foreach (var kid in new[] { "another", thumbprint, "MINE" })
        {
            (await CallAsync(SignedBy(key, $$"""{"alg":"RS256","typ":"at+jwt","kid":"{{kid}}","x5t":"{{thumbprint}}"}"""))).Is(401);
        }

        (await CallAsync(SignedBy(key, $$"""{"alg":"RS256","typ":"at+jwt","kid":"mine","x5t":"{{thumbprint}}"}"""))).Is(200);
    }

    // Changes one member of the first key in the JWKS, or removes it if the JSON is null.
    private void RewriteKey(string name, string? json) => provider.Faults.RewriteJwks = real =>
    {
        var jwks = JsonNode.Parse(real)!;
        var key = jwks["keys"]![0]!.AsObject();
        key.Remove(name);
        if (json is not null)
        {
            key[name] = JsonNode.Parse(json);
        }

        return jwks.ToJsonString();
    };

    private static string JwksOf(RSA key, string more = "")
    {
        var parameters = key.ExportParameters(false);
        var (modulus, exponent) = (Base64Url.EncodeToString(parameters.Modulus), Base64Url.EncodeToString(parameters.Exponent));
        return $$"""{"keys":[{"kty":"RSA","kid":"mine","n":"{{modulus}}","e":"{{exponent}}"{{more}} }]}""";
    }

    private string SignedBy(RSA key, string header) => TokenForge.Assemble(
        header, provider.ClaimsOf(workspace.Id, "admin").ToJsonString(),
        data => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    private string NewToken() => provider.TokenOf(workspace.Id, "admin");

    private Task<Reply> CallAsync(string token) => server.With(token).GetAsync("/me");
}
