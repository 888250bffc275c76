using System.Diagnostics;

namespace Secronna.Server.Hosting;

/// <summary>
/// Removes from a trace what the caller wrote: the path and query, which may hold keys and search texts, and the user agent
/// (S16).
/// </summary>
internal static class TraceContents
{
    private static readonly string[] Tags =
        ["url.path", "url.query", "url.full", "user_agent.original", "server.address", "client.address"];

    /// <summary>Removes the tags.</summary>
    public static void Remove(Activity activity)
    {
        foreach (var tag in Tags)
        {
            activity.SetTag(tag, null);
        }
    }
}
