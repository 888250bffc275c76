using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>
/// A refusal because a credential or a workspace already holds its share of something (S31). The refusal is RATE_LIMITED, not
/// UNAVAILABLE: the server can do its work, and the caller's own requests hold what this one needs.
/// </summary>
internal sealed class ShareUsedUpException(string message) : RequestException(ErrorCodes.RateLimited, message);
