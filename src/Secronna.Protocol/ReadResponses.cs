using System.Text.Json.Serialization;

namespace Secronna.Protocol;

/// <summary>How a secret of an environment was revealed. <c>LastAt</c> and <c>LastBy</c> are <c>null</c> if it never was.</summary>
/// <param name="Key">The secret's key.</param>
/// <param name="SecretId">The secret's id.</param>
/// <param name="LastAt">When it was revealed last.</param>
/// <param name="LastBy">Who revealed it last.</param>
/// <param name="Readers">How many different actors have ever revealed it.</param>
/// <param name="Count30d">How often it was revealed in the last 30 days, today included.</param>
public sealed record SecretReadsResponse(
    string Key, string SecretId, Instant? LastAt, ReadActorResponse? LastBy, long Readers, long Count30d);

/// <summary>Who reveals. <c>ActorName</c> is the name that the actor has now, if it is a key of the workspace.</summary>
public sealed record ReadActorResponse(string ActorType, string ActorId, string? ActorName)
{
    /// <summary>Of a workload: the subject of its token.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subject { get; init; }
}

/// <summary>The reads of one secret.</summary>
/// <param name="ByDay">The last 90 days on which it was revealed, oldest first.</param>
/// <param name="ByVersion">The same by version: the latest day and the highest version first. A page has a part of them.</param>
/// <param name="ByActor">Who has ever read it, the newest reader first. A page has a part of them.</param>
public sealed record SecretReadersResponse(
    IReadOnlyList<ReadDayResponse> ByDay, IReadOnlyList<VersionReadsResponse> ByVersion, IReadOnlyList<SecretReaderResponse> ByActor);

/// <summary>The reveals of a day, UTC.</summary>
/// <param name="Day">The day: <c>2026-01-31</c>.</param>
/// <param name="Count">How many reveals there were.</param>
/// <param name="Readers">How many different actors made them.</param>
public sealed record ReadDayResponse(string Day, long Count, long Readers);

/// <summary>The reveals of a version on a day, UTC.</summary>
public sealed record VersionReadsResponse(string Day, int Version, long Count);

/// <summary>A reader of a secret. <c>ActorName</c> is the name that the actor has now, if it is a key of the workspace.</summary>
/// <param name="ActorType">The actor's type.</param>
/// <param name="ActorId">The actor's id.</param>
/// <param name="ActorName">The actor's name.</param>
/// <param name="FirstAt">When it read the secret first, by a reveal or a comparison.</param>
/// <param name="FirstSequence">The sequence number of that entry of the audit trail.</param>
/// <param name="LastAt">When it read the secret last.</param>
public sealed record SecretReaderResponse(
    string ActorType, string ActorId, string? ActorName, Instant FirstAt, long FirstSequence, Instant LastAt)
{
    /// <summary>Of a workload: the subject of its token.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subject { get; init; }
}

/// <summary>The reads of a workspace in its last days.</summary>
/// <param name="ByDay">Each of the days, oldest first; the last one is today.</param>
/// <param name="Recent">The secrets that were revealed in these days, the latest reveal first. A page has a part of them.</param>
/// <param name="Unread">The secrets that nobody revealed in these days, oldest secret first. A page has a part of them.</param>
public sealed record WorkspaceReadsResponse(
    IReadOnlyList<ReadDayResponse> ByDay, IReadOnlyList<ReadSecretResponse> Recent, IReadOnlyList<ReadSecretResponse> Unread);

/// <summary>How a secret of a workspace was revealed. <c>LastAt</c> and <c>LastBy</c> are <c>null</c> if it never was.</summary>
public sealed record ReadSecretResponse(
    string Path, string Key, string SecretId, string ProjectId, string EnvironmentId, Instant? LastAt, ReadActorResponse? LastBy, long Readers);
