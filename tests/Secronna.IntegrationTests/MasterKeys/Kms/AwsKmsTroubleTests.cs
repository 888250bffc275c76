using System.Diagnostics;
using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Kms;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys.Kms;

/// <summary>What the ring does when KMS is silent, refuses requests or withdraws a key.</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class AwsKmsTroubleTests : IAsyncLifetime
{
    private static readonly string Arn = KmsServer.Arn("1");
    private static readonly MasterKeyBinding Kek = MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_1", Arn);

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private KmsServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await KmsServer.StartAsync();
        server.Keys.Add(Arn);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("ThrottlingException", 400)]
    [InlineData("LimitExceededException", 400)]
    [InlineData("ExpiredTokenException", 400)]
    [InlineData("KMSInternalException", 500)]
    [InlineData("DependencyTimeoutException", 500)]
    [InlineData("KeyUnavailableException", 500)]
    [InlineData("ServiceUnavailableException", 503)]
    [InlineData("SomethingNewException", 400)]
    public async Task A_KMS_error_is_named_after_three_tries_and_does_not_last(string code, int status)
    {
        using var ring = await OpenAsync(TimeProvider.System);
        var box = await ring.WrapAsync(Kek, key);
        var before = server.Requests.Count;
        server.Trouble = new KmsTrouble(code, status);
        var trouble = await Assert.ThrowsAsync<MasterKeyUnavailableException>(() => UnwrapAsync(ring, box));
        Assert.Contains($"{code} ({status})", trouble.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Requests.Count - before);
        Assert.Contains(Arn, ring.KeyIds);
        server.Trouble = null;
        Assert.Equal(key, await UnwrapAsync(ring, box));
    }

    [Fact]
    public async Task A_KMS_that_refuses_connections_is_unavailable_until_it_accepts_them_again()
    {
        using var ring = await OpenAsync(TimeProvider.System);
        var box = await ring.WrapAsync(Kek, key);
        await server.StopAsync();
        var trouble = await Assert.ThrowsAsync<MasterKeyUnavailableException>(() => UnwrapAsync(ring, box));
        Assert.Contains("HttpRequestException", trouble.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MasterKeyUnavailableException>(() => ring.RefreshAsync().AsTask());
        Assert.Contains(Arn, ring.KeyIds);
        await server.ListenAsync();
        Assert.Equal(key, await UnwrapAsync(ring, box));
    }

    [Fact]
    [RunsAlone]
    public async Task A_silent_KMS_is_given_up_after_a_bounded_time()
    {
        using var ring = await OpenAsync(TimeProvider.System);
        var box = await ring.WrapAsync(Kek, key);
        var before = server.Requests.Count;
        server.Trouble = KmsTrouble.Silence;
        var began = Stopwatch.GetTimestamp();
        var trouble = await Assert.ThrowsAsync<MasterKeyUnavailableException>(() => UnwrapAsync(ring, box));
        Assert.Contains("no answer in time", trouble.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(25));
        Assert.Equal(3, server.Requests.Count - before);
        server.Trouble = null;
        Assert.Equal(key, await UnwrapAsync(ring, box));
    }

    [Theory]
    [InlineData("DisabledException")]
    [InlineData("KMSInvalidStateException")]
    [InlineData("NotFoundException")]
    [InlineData("AccessDeniedException")]
    public async Task A_key_that_KMS_refuses_to_use_leaves_the_ring_and_can_come_back(string code)
    {
        using var ring = await OpenAsync(TimeProvider.System);
        var box = await ring.WrapAsync(Kek, key);
        var lost = 0;
        ring.KeyLost += () => lost++;
        server.Keys.Refused[Arn] = code;
        var before = server.Requests.Count;
        Assert.Equal(Arn, (await Assert.ThrowsAsync<MasterKeyMissingException>(() => UnwrapAsync(ring, box))).KeyId);
        Assert.Equal(1, server.Requests.Count - before);
        Assert.Equal(1, lost);
        Assert.Empty(ring.KeyIds);
        Assert.True(server.Keys.Refused.TryRemove(Arn, out _));
        await ring.RefreshAsync();
        Assert.Equal(key, await UnwrapAsync(ring, box));
        Assert.Equal(1, lost);
    }

    [Theory]
    [InlineData("Disabled")]
    [InlineData("PendingDeletion")]
    public async Task A_refresh_drops_a_key_that_was_disabled_or_scheduled_for_deletion(string state)
    {
        using var ring = await OpenAsync(TimeProvider.System);
        var lost = 0;
        ring.KeyLost += () => lost++;
        server.Keys.UnusualProperties[Arn] = ("KeyState", state);
        await ring.RefreshAsync();
        Assert.Equal(1, lost);
        Assert.Empty(ring.KeyIds);
    }

    [Fact]
    public async Task A_request_signed_for_another_region_is_refused_by_KMS()
    {
        var settings = server.Settings(Arn);
        settings.Region = "us-east-1";
        using var provider = new AwsKmsMasterKeyProvider(settings);
        var trouble = await Assert.ThrowsAsync<MasterKeyUnavailableException>(
            () => provider.ListAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Contains("InvalidSignatureException", trouble.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malformed_answer_is_an_unavailable_error_that_does_not_quote_it()
    {
        using var provider = new AwsKmsMasterKeyProvider(server.Settings(Arn));
        var box = await provider.WrapAsync(Kek, key, TestContext.Current.CancellationToken);
        foreach (var garbage in (string[])["{", "[]", "{}", """{"Plaintext":7}""", """{"Plaintext":"!hunter2"}""", """{"Plaintext":"hunter2"""])
        {
            server.Trouble = KmsTrouble.Answer(garbage);
            var trouble = await Assert.ThrowsAsync<MasterKeyUnavailableException>(
                () => provider.UnwrapAsync(Kek, box, new byte[32], TestContext.Current.CancellationToken).AsTask());
            Assert.DoesNotContain("hunter2", trouble.ToString(), StringComparison.Ordinal);
        }
    }

    private async Task<MasterKeyRing> OpenAsync(TimeProvider time)
    {
        var ring = new MasterKeyRing([new AwsKmsMasterKeyProvider(server.Settings(Arn))], time);
        await ring.RefreshAsync();
        return ring;
    }

    private static async Task<byte[]> UnwrapAsync(MasterKeyRing ring, byte[] box)
    {
        var opened = new byte[32];
        await ring.UnwrapAsync(Kek, box, opened);
        return opened;
    }
}
