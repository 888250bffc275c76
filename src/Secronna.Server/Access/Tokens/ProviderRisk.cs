namespace Secronna.Server.Access.Tokens;

/// <summary>What is dangerous or doubtful in the identity provider's settings. The server starts all the same.</summary>
/// <param name="IsDangerous">
/// Whether strangers may get in or learn something. Otherwise something may not work as the operator means it.
/// </param>
/// <param name="What">Begins with the full name of the setting, and says what is wrong with it.</param>
/// <param name="Why">What can come of it.</param>
/// <param name="Do">What to set.</param>
internal sealed record ProviderRisk(bool IsDangerous, string What, string Why, string Do)
{
    /// <summary>One sentence for the log.</summary>
    public string Message => $"{What}, so that {Why}: {Do}";
}
