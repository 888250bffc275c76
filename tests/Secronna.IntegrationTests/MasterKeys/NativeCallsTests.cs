using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Http;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>What becomes of calls that hang, of what they use and of what they give.</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class NativeCallsTests : IDisposable
{
    private readonly NativeCalls calls = new(1);
    private readonly Held used = new();
    private readonly List<int> dropped = [];

    public void Dispose() => used.Dispose();

    [Fact]
    public async Task What_a_call_used_is_disposed_of_when_it_returns_or_throws()
    {
        Assert.Equal(7, await calls.RunAsync(() => used.IsDisposed ? 0 : 7, used, dropped.Add, CancellationToken.None));
        Assert.True(used.IsDisposed);
        var other = new Held();
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => calls.RunAsync<int>(static () => throw new InvalidOperationException(), other, dropped.Add, CancellationToken.None));
        Assert.True(other.IsDisposed);
        Assert.Empty(dropped);
    }

    [Fact]
    public async Task What_a_hanging_call_uses_is_disposed_of_when_it_returns_and_its_result_is_dropped()
    {
        using var returns = new ManualResetEventSlim();
        using var patience = new CancellationTokenSource();
        var call = calls.RunAsync(() => WaitThen(returns, 7), used, dropped.Add, patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.False(used.IsDisposed);
        returns.Set();
        await Until.HoldsAsync("the call returns", () => used.IsDisposed && dropped is [7]);
    }

    [Fact]
    public async Task A_call_that_never_began_leaves_nothing_behind()
    {
        using var returns = new ManualResetEventSlim();
        using var patience = new CancellationTokenSource();
        var first = calls.RunAsync(() => WaitThen(returns, 1), null, dropped.Add, CancellationToken.None);
        var second = calls.RunAsync(static () => 2, used, dropped.Add, patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.True(used.IsDisposed);
        returns.Set();
        Assert.Equal(1, await first);
        Assert.Empty(dropped);
    }

    [Fact]
    public async Task After_the_end_no_call_begins()
    {
        calls.End();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => calls.RunAsync(static () => 1, used, dropped.Add, CancellationToken.None));
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
