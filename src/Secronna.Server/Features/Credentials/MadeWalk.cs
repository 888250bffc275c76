using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Credentials;

/// <summary>A place in the walk: among what one credential made, after an id.</summary>
internal sealed record MadePosition(string MakerId, string After);

/// <summary>
/// Walks through what a credential made, then through what that made, and so on, revoked links included. Only API keys make
/// credentials, so the walk goes on through them alone.
/// </summary>
internal static class MadeWalk
{
    /// <summary>Where the walk through what a credential made begins.</summary>
    public static IReadOnlyList<MadePosition> From(string makerId) => [new MadePosition(makerId, "")];

    /// <summary>Goes on with the walk, for a bounded number of rows and of reads.</summary>
    /// <param name="open">Where the walk goes on.</param>
    /// <param name="limit">The most rows, and the most reads.</param>
    /// <param name="read">Reads what one credential made: at most a number of rows, by id.</param>
    /// <returns>The next rows, and where the walk goes on after them. It is over when nothing is left.</returns>
    public static async ValueTask<(List<CredentialRow> Rows, IReadOnlyList<MadePosition> Left)> NextAsync(
        IReadOnlyList<MadePosition> open, int limit, Func<MadePosition, int, ValueTask<List<CredentialRow>>> read)
    {
        var left = new Queue<MadePosition>(open);
        var rows = new List<CredentialRow>();
        for (var reads = 0; reads < limit && rows.Count < limit && left.TryDequeue(out var position); reads++)
        {
            var wanted = limit - rows.Count;
            var made = await read(position, wanted);
            if (made.Count == wanted)
            {
                left.Enqueue(position with { After = made[^1].Id });
            }

            rows.AddRange(made);
            foreach (var maker in made.Where(row => row.Kind == ActorTypes.ApiKey))
            {
                left.Enqueue(new MadePosition(maker.Id, ""));
            }
        }

        return (rows, [.. left]);
    }
}
