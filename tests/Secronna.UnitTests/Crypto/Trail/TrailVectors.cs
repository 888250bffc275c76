using Secronna.Crypto.Trail;

namespace Secronna.UnitTests.Crypto.Trail;

/// <summary>The committed vectors of the trail's entries, which another implementation made (docs/formats.md).</summary>
internal sealed record TrailVectors(
    IReadOnlyList<TrailEntryVector> Cases, IReadOnlyList<RefusedTrailEntry> Refused, TrailSegmentVector Segment)
{
    public static TrailVectors All { get; } = Vectors.Read<TrailVectors>("trail-entries");
}

/// <param name="Original">The entry before its texts were cut, if they were.</param>
internal sealed record TrailEntryVector(
    string Name, TrailVectorEntry Entry, TrailVectorEntry? Original, long Sequence, long At, string Cbor, string Canonical, string LeafHash);

internal sealed record RefusedTrailEntry(string Name, string Cbor);

internal sealed record TrailSegmentVector(IReadOnlyList<string> Entries, string Bytes);

internal sealed record TrailVectorEntry(
    string Id, string ActorType, string ActorId, string Action, string Outcome, string? RequestId, string? ProjectId, string? EnvironmentId,
    string? SecretId, int? Version, string? BoxHash, string? Subject, string? Key, string? Path, string? TargetId, string? Name, int? Count,
    string? Ip, string? UserAgent, string? Reason, string? SessionId, int? Part, string? Details, int? Epoch)
{
    public TrailEntry Value => new()
    {
        WorkspaceId = TrailSample.WorkspaceId,
        Id = Id,
        ActorType = ActorType,
        ActorId = ActorId,
        Action = Action,
        Outcome = Outcome,
        RequestId = RequestId,
        ProjectId = ProjectId,
        EnvironmentId = EnvironmentId,
        SecretId = SecretId,
        Version = Version,
        BoxHash = BoxHash is null ? null : Secronna.Crypto.Trail.BoxHash.FromBytes(BoxHash.Bytes()),
        Subject = Subject,
        Key = Key,
        Path = Path,
        TargetId = TargetId,
        Name = Name,
        Count = Count,
        Ip = Ip,
        UserAgent = UserAgent,
        Reason = Reason,
        SessionId = SessionId,
        Part = Part,
        Details = Details,
        Epoch = Epoch,
    };
}
