using System.Diagnostics;

namespace Secronna.EndToEndTests.Running;

/// <summary>Uses a credential again and again, so that the server has it in its cache.</summary>
internal sealed class RepeatedRequest : IDisposable
{
    private readonly CancellationTokenSource end = new();
    private readonly Task use;
    private long lastAccepted;
    private long accepted;
    private int lastStatus;

    public RepeatedRequest(Api api, string path = "/api/v1/projects") => use = UseAsync(api, path);

    public Task<TimeSpan> ExpectAcceptedAsync() => Until.HoldsAsync("it is accepted", () => Volatile.Read(ref accepted) > 3);

    /// <summary>No request that began a second after this call, which is made after the acknowledgement, is accepted.</summary>
    public async Task ExpectRefusedWithinASecondAsync(int status)
    {
        var acknowledged = Stopwatch.GetTimestamp();
        await Until.HoldsAsync("it is refused", () => Volatile.Read(ref lastStatus) == status);
        await Until.HasPassedAsync(TimeSpan.FromSeconds(1.5));
        var late = Stopwatch.GetElapsedTime(acknowledged, Volatile.Read(ref lastAccepted));
        Assert.True(late < TimeSpan.FromSeconds(1), $"still accepted {late.TotalMilliseconds} ms after the acknowledgement");
        Assert.Equal(status, Volatile.Read(ref lastStatus));
    }

    public void Dispose()
    {
        end.Cancel();
        use.GetAwaiter().GetResult();
        end.Dispose();
    }

    private async Task UseAsync(Api api, string path)
    {
        while (!end.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            var answer = await api.GetAsync(path);
            Volatile.Write(ref lastStatus, answer.Status);
            if (answer.Status == 200)
            {
                Volatile.Write(ref lastAccepted, began);
                Interlocked.Increment(ref accepted);
            }
        }
    }
}
