using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;

namespace Secronna.EndToEndTests.Running;

/// <summary>A write that the server acknowledged.</summary>
internal sealed record AcknowledgedWrite(string Key, string SecretId, int Version, string Value, string RequestId);

/// <summary>
/// Writers and revealers that send requests without pause for the same few keys. The ledger records the writes that the server
/// acknowledged and the reveals that it answered.
/// </summary>
internal sealed class RequestLoad : IDisposable
{
    private const int Keys = 8;

    private readonly Api api;
    private readonly string environmentId;
    private readonly Ledger ledger;
    private readonly bool continuesAfterFailure;
    private readonly CancellationTokenSource end = new();
    private readonly Task[] workers;
    private int failures;
    private long longest;

    /// <summary>Begins to send requests at once. Pass the same ledger for the whole of a test.</summary>
    /// <param name="url">The server or load balancer to send to.</param>
    /// <param name="token">The credential.</param>
    /// <param name="environmentId">The environment of the keys.</param>
    /// <param name="ledger">The record of acknowledged requests.</param>
    /// <param name="writers">The number of writers.</param>
    /// <param name="revealers">The number of revealers.</param>
    /// <param name="continuesAfterFailure">
    /// Whether a writer or revealer goes on after a request without an answer, because other servers may answer; else it ends.
    /// </param>
    public RequestLoad(
        string url, string token, string environmentId, Ledger ledger, int writers = 16, int revealers = 16, bool continuesAfterFailure = false)
    {
        this.continuesAfterFailure = continuesAfterFailure;
        api = new Api(url, token);
        this.environmentId = environmentId;
        this.ledger = ledger;
        workers =
        [
            .. Enumerable.Range(0, writers).Select(writer => Task.Run(() => RepeatAsync(i => WriteAsync($"KEY_{(writer + i) % Keys}")))),
            .. Enumerable.Range(0, revealers).Select(_ => Task.Run(() => RepeatAsync(_ => RevealAsync()))),
        ];
    }

    /// <summary>All answers so far that were not successes.</summary>
    public ConcurrentQueue<Answer> Refused { get; } = new();

    /// <summary>The number of requests that got no answer.</summary>
    public int Failures => Volatile.Read(ref failures);

    /// <summary>The longest duration of a request that has ended.</summary>
    public TimeSpan Longest => TimeSpan.FromTicks(Interlocked.Read(ref longest));

    public static IEnumerable<string> AllKeys => Enumerable.Range(0, Keys).Select(i => $"KEY_{i}");

    public async Task StopAsync()
    {
        await end.CancelAsync();
        await Task.WhenAll(workers);
    }

    public void Dispose()
    {
        end.Cancel();
        Task.WaitAll(workers);
        api.Dispose();
        end.Dispose();
    }

    // Ends when this load is stopped, or at the first request without an answer.
    private async Task RepeatAsync(Func<int, Task<bool>> work)
    {
        for (var i = 0; !end.IsCancellationRequested; i++)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                if (!await work(i))
                {
                    await Task.Yield();
                }

                RecordDuration(Stopwatch.GetElapsedTime(began));
            }
            catch (Exception exception) when (exception
                is HttpRequestException or IOException or SocketException or OperationCanceledException or JsonException)
            {
                Interlocked.Increment(ref failures);
                if (!continuesAfterFailure)
                {
                    return;
                }
            }
        }
    }

    private void RecordDuration(TimeSpan duration)
    {
        for (var known = Longest; duration > known; known = Longest)
        {
            Interlocked.CompareExchange(ref longest, duration.Ticks, known.Ticks);
        }
    }

    private async Task<bool> WriteAsync(string key)
    {
        var value = ledger.NewValue(key);
        var answer = await api.WriteAsync(environmentId, key, value);
        if (answer.Status != 201)
        {
            Refused.Enqueue(answer);
            return false;
        }

        ledger.RecordWrite(new AcknowledgedWrite(
            key, (string)answer.Data["id"]!, (int)answer.Data["version"]!, value, answer.RequestId));
        return true;
    }

    private async Task<bool> RevealAsync()
    {
        if (ledger.AnyAcknowledged() is not { } written)
        {
            return false;
        }

        var answer = await api.RevealAsync(written.SecretId, written.Version);
        if (answer.Status != 200)
        {
            Refused.Enqueue(answer);
            return false;
        }

        ledger.RecordReveal(answer.RequestId, written, (string)answer.Data["value"]!);
        return true;
    }
}
