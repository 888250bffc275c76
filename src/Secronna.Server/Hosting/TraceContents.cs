using System.Diagnostics;

namespace Secronna.Server.Hosting;

/// <summary>
/// Removes the caller's texts from a trace (S16): the path, the query and the user agent. The path and query may hold keys and
/// search texts.
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
