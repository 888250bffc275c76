namespace Secronna.Server.Access.Tokens;

/// <summary>How bad a finding about the identity provider's settings is.</summary>
internal enum ProviderFindingKind
{
    /// <summary>The server refuses to start.</summary>
    Unworkable,

    /// <summary>The server starts, and strangers may get in or learn something.</summary>
    Dangerous,

    /// <summary>The server starts, and something may not work as the operator means it.</summary>
    Doubtful,
}

/// <summary>What is wrong with the identity provider's settings.</summary>
/// <param name="Kind">How bad it is.</param>
/// <param name="Message">Begins with the full name of the setting, and says what to write.</param>
internal sealed record ProviderFinding(ProviderFindingKind Kind, string Message);
