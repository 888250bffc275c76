using Secronna.Crypto.Trail;

namespace Secronna.Server.Trail.Index;

/// <summary>
/// What the index finds entries by. A term is one byte for its kind, and then the id as entries have it
/// (<see cref="TrailId"/>). Two ids are equal if and only if their terms are.
/// </summary>
internal static class IndexTerm
{
    private const byte Secret = 1;
    private const byte Actor = 2;
    private const byte Project = 3;
    private const byte Environment = 4;
    private const byte Trouble = 5;

    /// <summary>The terms of which an entry must have each, to meet the conditions. The rarest comes first, as a rule.</summary>
    public static IReadOnlyList<byte[]> Of(TrailFilter filter)
    {
        var terms = new List<byte[]>();
        if (filter.SecretId is { } secretId)
        {
            terms.Add([Secret, .. TrailId.ItemOf(secretId)]);
        }

        if (filter.Outcome is not null and not "success")
        {
            terms.Add([Trouble]);
        }

        if (filter.ActorId is { } actorId)
        {
            terms.Add([Actor, .. TrailId.ItemOfActor(actorId)]);
        }

        if (filter.EnvironmentId is { } environmentId)
        {
            terms.Add([Environment, .. TrailId.ItemOf(environmentId)]);
        }

        if (filter.ProjectId is { } projectId)
        {
            terms.Add([Project, .. TrailId.ItemOf(projectId)]);
        }

        return terms;
    }

    /// <summary>Gives each term of an entry to <paramref name="postings"/>.</summary>
    /// <exception cref="FormatException">The bytes are not an entry.</exception>
    public static void Collect(ReadOnlySpan<byte> entry, long sequence, PostingCollector postings)
    {
        var fields = TrailEntryFields.Read(entry);
        postings.Add(Secret, fields.SecretId, sequence);
        postings.Add(Actor, fields.ActorId, sequence);
        postings.Add(Project, fields.ProjectId, sequence);
        postings.Add(Environment, fields.EnvironmentId, sequence);
        if (fields.Outcome != TrailOutcomes.Success)
        {
            postings.AddKind(Trouble, sequence);
        }
    }
}
