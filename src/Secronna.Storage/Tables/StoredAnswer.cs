namespace Secronna.Storage.Tables;

/// <summary>The answer to a request with an <c>Idempotency-Key</c>. A repeated request gets the same answer.</summary>
/// <param name="BodyHash">The keyed hash of the request's body.</param>
/// <param name="Answer">The data of the answer, which holds no secret value (S16).</param>
public sealed record StoredAnswer(byte[] BodyHash, string Answer);
