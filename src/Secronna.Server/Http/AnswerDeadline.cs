using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>
/// Cuts off an answer that is not wholly sent in time (S31): over HTTP/1.1 it closes the connection, over HTTP/2 it resets the
/// stream. What waits in memory is then zeroed and given back. The web server's own minimum rate can't do this for HTTP/2, where
/// it holds for a whole connection: an answer whose window stays shut would wait for as long as other streams of the connection
/// move.
/// </summary>
internal sealed class AnswerDeadline : IDisposable
{
    private readonly Lock gate = new();
    private readonly HttpContext context;
    private readonly ITimer timer;
    private bool isOver;

    private AnswerDeadline(HttpContext context, TimeProvider time, TimeSpan limit)
    {
        this.context = context;
        timer = time.CreateTimer(
            static deadline => ((AnswerDeadline)deadline!).Abort(), this, limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts the time of an answer. It ends when the last byte of the answer is on its way to the connection.</summary>
    public static void Start(HttpContext context)
    {
        var services = context.RequestServices;
        if (services.GetRequiredService<LimitSettings>().RevealSeconds is > 0 and var seconds)
        {
            context.Response.RegisterForDispose(
                new AnswerDeadline(context, services.GetRequiredService<TimeProvider>(), TimeSpan.FromSeconds(seconds)));
        }
    }

    /// <summary>Starts the time of an answer without values, which needs it only where one connection carries many answers.</summary>
    public static void StartIfMultiplexed(HttpContext context)
    {
        if (HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            Start(context);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
        }

        timer.Dispose();
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
}
