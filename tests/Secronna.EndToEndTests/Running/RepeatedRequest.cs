using System.Diagnostics;

namespace Secronna.EndToEndTests.Running;

/// <summary>
/// Sends the same request without pause, one after another, so that the server keeps the credential in its cache, and records when
/// the last request that was accepted began.
/// </summary>
internal sealed class RepeatedRequest : IDisposable
{
    private readonly CancellationTokenSource end = new();
    private readonly Task sending;
    private long lastAccepted;
    private long accepted;
    private int lastStatus;

    public RepeatedRequest(Api api, string path = "/api/v1/projects") => sending = SendAsync(api, path);

    public Task<TimeSpan> ExpectAcceptedAsync() => Until.HoldsAsync("the request is accepted", () => Volatile.Read(ref accepted) > 3);

    /// <summary>
    /// Expects that no request is accepted that begins a second or later after this call. Call it right after the denial or
    /// revocation was acknowledged.
    /// </summary>
    public async Task ExpectRefusedWithinASecondAsync(int status)
    {
        var acknowledged = Stopwatch.GetTimestamp();
        await Until.HoldsAsync("the request is refused", () => Volatile.Read(ref lastStatus) == status);
        await Until.HasPassedAsync(TimeSpan.FromSeconds(1.5));
        var delay = Stopwatch.GetElapsedTime(acknowledged, Volatile.Read(ref lastAccepted));
        Assert.True(delay < TimeSpan.FromSeconds(1), $"still accepted {delay.TotalMilliseconds} ms after the acknowledgement");
        Assert.Equal(status, Volatile.Read(ref lastStatus));
    }

    public void Dispose()
    {
        end.Cancel();
        sending.GetAwaiter().GetResult();
        end.Dispose();
    }

    private async Task SendAsync(Api api, string path)
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
