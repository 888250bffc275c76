using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Kms;
using Secronna.Server.MasterKeys.Opening;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys.Kms;

/// <summary>The exact requests to AWS KMS, and the settings of the provider.</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class AwsKmsTests : IAsyncLifetime
{
    private static readonly string Arn = KmsServer.Arn("1");
    private static readonly MasterKeyBinding Kek = MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_1", Arn);

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private KmsServer server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await KmsServer.StartAsync();
        server.Keys.Add(Arn);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task The_encryption_context_of_a_KEK_has_its_ids_and_the_header_of_the_box()
    {
        await WrapAndUnwrapAsync(Kek);
        var context = new JsonObject
        {
            ["purpose"] = "secronna kek",
            ["box"] = Header(),
            ["workspace"] = "acc_1",
            ["project"] = "prj_1",
            ["kek"] = "kek_1",
            ["masterKey"] = Arn,
        };
        AssertContexts(context);
    }

    [Fact]
    public async Task The_encryption_context_of_the_installation_key_has_its_purpose_and_the_header_of_the_box()
    {
        await WrapAndUnwrapAsync(MasterKeyBinding.ForInstallationKey(Arn));
        AssertContexts(new JsonObject { ["purpose"] = "secronna installation key", ["box"] = Header(), ["masterKey"] = Arn });
    }

    [Fact]
    public async Task Each_request_is_signed_and_names_the_key()
    {
        await WrapAndUnwrapAsync(Kek);
        using var provider = new AwsKmsMasterKeyProvider(server.Settings(Arn));
        await provider.ListAsync(Cancellation);
        Assert.Equal(["Encrypt", "Decrypt", "DescribeKey"], server.Requests.Select(request => request.Action));
        Assert.All(server.Requests, request => Assert.True(request.IsSigned));
        Assert.All(server.Requests, request => Assert.Equal(Arn, request.Body["KeyId"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_box_is_the_header_followed_by_the_KMS_ciphertext()
    {
        using var provider = new AwsKmsMasterKeyProvider(server.Settings(Arn));
        var box = await provider.WrapAsync(Kek, key, Cancellation);
        Assert.Equal(Header(), Convert.ToHexStringLower(box.AsSpan(0, 18)));
        Assert.Equal(18 + 16 + 12 + 32 + 16, box.Length);
    }

    [Theory]
    [InlineData("KeyState", "Disabled")]
    [InlineData("KeyState", "PendingDeletion")]
    [InlineData("KeyUsage", "SIGN_VERIFY")]
    [InlineData("KeySpec", "RSA_2048")]
    public async Task A_key_that_cannot_wrap_is_not_listed(string property, string value)
    {
        server.Keys.Add(KmsServer.Arn("2"));
        server.Keys.UnusualProperties[Arn] = (property, value);
        using var provider = new AwsKmsMasterKeyProvider(server.Settings(Arn, KmsServer.Arn("2")));
        Assert.Equal([KmsServer.Arn("2")], await provider.ListAsync(Cancellation));
    }

    [Fact]
    public async Task Keys_are_listed_once_and_in_the_order_of_the_settings()
    {
        server.Keys.Add("0-is-younger");
        using var provider = new AwsKmsMasterKeyProvider(server.Settings(Arn, "0-is-younger", Arn));
        Assert.Equal([Arn, "0-is-younger"], await provider.ListAsync(Cancellation));
    }

    [Theory]
    [InlineData("alias/secronna", "is an alias")]
    [InlineData("arn:aws:kms:eu-central-1:111122223333:alias/secronna", "is an alias")]
    public void An_alias_is_refused(string id, string reason)
    {
        var refusal = Refusal(server.Settings(Arn, id));
        Assert.Contains($"Secronna__MasterKey__KeyIds: {id} {reason}", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LONG")]
    [InlineData("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")]
    public void What_is_no_key_id_is_refused_by_its_position_and_not_repeated(string id)
    {
        id = id == "LONG" ? new string('k', 129) : id;
        var refusal = Refusal(server.Settings(Arn, id));
        Assert.Contains("Secronna__MasterKey__KeyIds__1 is no key's ARN or id", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain(id, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_without_a_key_id_are_refused() =>
        Assert.Contains("Secronna__MasterKey__KeyIds__0 is not set", Refusal(server.Settings()), StringComparison.Ordinal);

    [Fact]
    public void A_plain_HTTP_endpoint_on_another_machine_is_refused()
    {
        var settings = server.Settings(Arn);
        settings.Endpoint = "http://kms.example.com";
        Assert.Contains("Secronna__MasterKey__Endpoint", Refusal(settings), StringComparison.Ordinal);
        settings.Endpoint = "https://kms.example.com";
        new AwsKmsMasterKeyProvider(settings).Dispose();
    }

    [Fact]
    public void Settings_without_a_region_and_an_endpoint_are_refused()
    {
        var settings = server.Settings(Arn);
        (settings.Region, settings.Endpoint) = (null, null);
        Assert.Contains("Secronna__MasterKey__Region is not set", Refusal(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_endpoint_the_region_decides_the_address()
    {
        var settings = server.Settings(Arn);
        settings.Endpoint = null;
        using var provider = new AwsKmsMasterKeyProvider(settings);
        Assert.Equal("AWS KMS (eu-central-1)", provider.Source);
    }

    [Fact]
    public void Generating_a_key_is_refused_with_a_message_that_says_how_to_create_one()
    {
        var refusal = Assert.Throws<SettingsException>(() => MasterKeyProviders.Generate(server.Settings(Arn), "mk_1"));
        Assert.StartsWith("master key: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("aws kms create-key", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("KeyIds", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Moving_a_key_out_of_an_answer_zeroes_the_answer()
    {
        var bytes = key.ToArray();
        var taken = new byte[32];
        KmsPlaintext.MoveTo(taken, new MemoryStream(bytes));
        Assert.Equal(key, taken);
        Assert.Equal(new byte[32], bytes);
        bytes = key.ToArray();
        KmsPlaintext.MoveTo(taken, new MemoryStream(bytes, 0, 32, writable: false, publiclyVisible: true));
        Assert.Equal(new byte[32], bytes);
        bytes = [.. key, 1];
        Assert.Throws<DecryptionException>(() => KmsPlaintext.MoveTo(taken, new MemoryStream(bytes)));
        Assert.Equal(new byte[33], bytes);
    }

    private async Task WrapAndUnwrapAsync(MasterKeyBinding binding)
    {
        using var provider = new AwsKmsMasterKeyProvider(server.Settings(Arn));
        var opened = new byte[32];
        await provider.UnwrapAsync(binding, await provider.WrapAsync(binding, key, Cancellation), opened, Cancellation);
        Assert.Equal(key, opened);
    }

    private void AssertContexts(JsonObject expected)
    {
        Assert.Equal(2, server.Requests.Count);
        Assert.All(server.Requests, request =>
            Assert.True(JsonNode.DeepEquals(expected, request.Body["EncryptionContext"]), request.Body.ToJsonString()));
        var sent = server.Requests.First().Body["Plaintext"]!.GetValue<string>();
        Assert.Equal(Convert.ToBase64String(key), sent);
    }

    private static string Header() => "0102" + Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Arn)).AsSpan(0, 16));

    private static string Refusal(MasterKeySettings settings)
    {
        var refusal = Assert.Throws<SettingsException>(() => MasterKeyProviders.Open(settings).Dispose());
        Assert.StartsWith("master key: ", refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }
}
