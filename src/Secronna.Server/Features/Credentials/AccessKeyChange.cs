using Secronna.Protocol;

namespace Secronna.Server.Features.Credentials;

/// <summary>The changes that a request makes to an access key. <c>null</c> leaves a property unchanged.</summary>
/// <param name="Name">The name.</param>
/// <param name="ExpiresInDays">In how many days from now the key expires.</param>
/// <param name="Grants">The grants; an empty list grants everything.</param>
internal sealed record AccessKeyChange(string? Name, int? ExpiresInDays, IReadOnlyList<Grant>? Grants);
