using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>
/// Cuts off an answer that its client does not take in time (S31): over HTTP/1.1 it closes the connection, over HTTP/2 it resets
/// the stream. What waits in memory is then zeroed and given back. The web server's own minimum rate can't do this for HTTP/2,
/// where it holds for a whole connection: an answer whose window stays shut would wait for as long as other streams of the
/// connection move.
/// </summary>
internal sealed class AnswerDeadline : IDisposable
{
    // Over HTTP/2 a flush does not wait while fewer bytes than this are unsent. It goes on waiting until fewer than half of this
    // are unsent. So whoever writes this many spaces after its last byte, and flushes, knows that all before the spaces is sent.
    private const int UnseenBytes = 4_096;

    private readonly Lock gate = new();
    private readonly HttpContext context;
    private readonly ITimer? timer;
    private bool isOver;

    private AnswerDeadline(HttpContext context)
    {
        this.context = context;
        var services = context.RequestServices;
        if (services.GetRequiredService<LimitSettings>().RevealSeconds is > 0 and var seconds)
        {
            timer = services.GetRequiredService<TimeProvider>().CreateTimer(
                static deadline => ((AnswerDeadline)deadline!).Abort(), this, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>
    /// Spaces to write after an answer with values, so that the last flush waits until the values are sent. JSON may have spaces
    /// at its end. They are empty over HTTP/1.1, where the minimum rate holds for each answer.
    /// </summary>
    public static string Padding(HttpContext context) => IsMultiplexed(context) ? new string(' ', UnseenBytes) : "";

    /// <summary>Starts the time of an answer with values. It ends with <see cref="Dispose"/>, after the last flush.</summary>
    public static AnswerDeadline Start(HttpContext context) => new(context);

    /// <summary>
    /// Flushes an answer whose values are all written, and cuts it off if its client takes too long. Most flushes need no timer,
    /// because the connection takes a small answer at once.
    /// </summary>
    public static async ValueTask FlushAsync(HttpContext context)
    {
        var flush = context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        using var deadline = flush.IsCompleted ? null : Start(context);
        await flush;
    }

    /// <summary>Starts the time of an answer without values. It needs a deadline only over HTTP/2.</summary>
    public static AnswerDeadline? StartIfMultiplexed(HttpContext context) => IsMultiplexed(context) ? Start(context) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
        }

        timer?.Dispose();
    }

    // The web server uses a context again for the next request, which must not be aborted for this one.
    private void Abort()
    {
        lock (gate)
        {
            if (!isOver)
            {
                context.Abort();
            }
        }
    }

    private static bool IsMultiplexed(HttpContext context) => HttpProtocol.IsHttp2(context.Request.Protocol);
}
