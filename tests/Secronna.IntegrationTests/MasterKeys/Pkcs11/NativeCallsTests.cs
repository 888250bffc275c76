using Secronna.IntegrationTests.Engines;
using Secronna.Server.MasterKeys.Pkcs11;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys.Pkcs11;

/// <summary>Calls that hang: who disposes of their resources and results.</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class NativeCallsTests : IDisposable
{
    private readonly NativeCalls calls = new(1);
    private readonly Held used = new();
    private readonly List<int> discarded = [];

    public void Dispose() => used.Dispose();

    [Fact]
    public async Task The_resources_of_a_call_are_disposed_of_when_it_returns_or_throws()
    {
        Assert.Equal(7, await calls.RunAsync(() => used.IsDisposed ? 0 : 7, used, discarded.Add, CancellationToken.None));
        Assert.True(used.IsDisposed);
        var other = new Held();
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => calls.RunAsync<int>(static () => throw new InvalidOperationException(), other, discarded.Add, CancellationToken.None));
        Assert.True(other.IsDisposed);
        Assert.Empty(discarded);
    }

    [Fact]
    public async Task The_resources_of_an_abandoned_call_are_disposed_of_when_it_returns_and_its_result_is_discarded()
    {
        using var returns = new ManualResetEventSlim();
        using var patience = new CancellationTokenSource();
        var call = calls.RunAsync(() => WaitThen(returns, 7), used, discarded.Add, patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.False(used.IsDisposed);
        returns.Set();
        await Until.HoldsAsync("the call returns", () => used.IsDisposed && discarded is [7]);
    }

    [Fact]
    public async Task The_resources_of_a_call_that_never_began_are_disposed_of()
    {
        using var returns = new ManualResetEventSlim();
        using var patience = new CancellationTokenSource();
        var first = calls.RunAsync(() => WaitThen(returns, 1), null, discarded.Add, CancellationToken.None);
        var second = calls.RunAsync(static () => 2, used, discarded.Add, patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.True(used.IsDisposed);
        returns.Set();
        Assert.Equal(1, await first);
        Assert.Empty(discarded);
    }

    [Fact]
    public async Task After_End_no_call_begins()
    {
        calls.End();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => calls.RunAsync(static () => 1, used, discarded.Add, CancellationToken.None));
        Assert.True(used.IsDisposed);
    }

    private static int WaitThen(ManualResetEventSlim returns, int result)
    {
        returns.Wait();
        return result;
    }

    private sealed class Held : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
