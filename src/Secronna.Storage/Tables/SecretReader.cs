namespace Secronna.Storage.Tables;

/// <summary>Who reads secrets.</summary>
/// <param name="ActorType">The actor's type.</param>
/// <param name="ActorId">The actor's id.</param>
/// <param name="Subject">Of a workload, the subject of its token; otherwise empty.</param>
public readonly record struct SecretReader(string ActorType, string ActorId, string Subject);
