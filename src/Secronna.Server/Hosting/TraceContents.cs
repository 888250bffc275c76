using System.Diagnostics;

namespace Secronna.Server.Hosting;

/// <summary>Takes out of a trace what a caller wrote: the path and query (keys, search texts) and the user agent (S16).</summary>
internal static class TraceContents
{
    private static readonly string[] Tags =
        ["url.path", "url.query", "url.full", "user_agent.original", "server.address", "client.address"];

    public static void Remove(Activity activity, HttpResponse response)
    {
        foreach (var tag in Tags)
        {
            activity.SetTag(tag, null);
        }
    }
}
