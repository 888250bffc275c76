using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Configuration;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>What goes to AWS KMS, exactly, and which settings it takes.</summary>
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
    public async Task A_KEK_goes_with_its_place_and_the_boxs_header_as_encryption_context()
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
    public async Task The_installation_key_goes_with_its_purpose_and_the_boxs_header_as_encryption_context()
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
    public async Task A_box_is_the_services_blob_behind_the_header()
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
    public async Task A_key_that_can_not_wrap_is_not_listed(string property, string value)
    {
        server.Keys.Add(KmsServer.Arn("2"));
        server.Keys.Peculiar[Arn] = (property, value);
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
    [InlineData("LONG", "is over 128 bytes")]
    public void A_key_that_can_not_be_named_so_is_refused(string id, string reason)
    {
        id = id == "LONG" ? new string('k', 129) : id;
        var refusal = Refusal(server.Settings(Arn, id));
        Assert.Contains($"Secronna__MasterKey__KeyIds: {id} {reason}", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_key_nothing_is_opened() =>
        Assert.Contains("Secronna__MasterKey__KeyIds__0 is not set", Refusal(server.Settings()), StringComparison.Ordinal);

    [Fact]
    public void An_address_in_plain_HTTP_is_refused_beyond_this_machine()
    {
        var settings = server.Settings(Arn);
        settings.Endpoint = "http://kms.example.com";
        Assert.Contains("Secronna__MasterKey__Endpoint", Refusal(settings), StringComparison.Ordinal);
        settings.Endpoint = "https://kms.example.com";
        new AwsKmsMasterKeyProvider(settings).Dispose();
    }

    [Fact]
    public void Without_a_region_or_an_address_nothing_is_opened()
    {
        var settings = server.Settings(Arn);
        (settings.Region, settings.Endpoint) = (null, null);
        Assert.Contains("Secronna__MasterKey__Region is not set", Refusal(settings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_region_alone_names_the_regions_own_address()
    {
        var settings = server.Settings(Arn);
        settings.Endpoint = null;
        using var provider = new AwsKmsMasterKeyProvider(settings);
        Assert.Equal("AWS KMS (eu-central-1)", provider.Source);
    }

    [Fact]
    public void Keys_are_not_made_there_and_the_message_says_how_they_are()
    {
        var refusal = Assert.Throws<SettingsException>(() => MasterKeyProviders.Generate(server.Settings(Arn), "mk_1"));
        Assert.StartsWith("master key: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("aws kms create-key", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("KeyIds", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_taken_from_an_answer_is_zero_in_it()
    {
        var bytes = key.ToArray();
        var taken = new byte[32];
        KmsPlaintext.Take(new MemoryStream(bytes), taken);
        Assert.Equal(key, taken);
        Assert.Equal(new byte[32], bytes);
        bytes = key.ToArray();
        KmsPlaintext.Take(new MemoryStream(bytes, 0, 32, writable: false, publiclyVisible: true), taken);
        Assert.Equal(new byte[32], bytes);
        bytes = [.. key, 1];
        Assert.Throws<DecryptionException>(() => KmsPlaintext.Take(new MemoryStream(bytes), taken));
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
