namespace Secronna.Server.Hosting.Checking;

/// <summary>How bad a finding is.</summary>
internal enum Severity
{
    /// <summary>The setting works, and another one would be better.</summary>
    Advice,

    /// <summary>Something will go wrong in time, or is less safe than it should be.</summary>
    Warning,

    /// <summary>Somebody can do harm now, or the server does not start. The command then exits with 1.</summary>
    Danger,
}

/// <summary>Something that <c>check</c> found.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="What">What is set, or what was found.</param>
/// <param name="Why">What can come of it.</param>
/// <param name="Do">What to do about it.</param>
internal sealed record Finding(Severity Severity, string What, string Why, string Do)
{
    /// <summary>A finding that stops the start. The message is the one that <c>serve</c> would end with.</summary>
    public static Finding CannotWork(string message) =>
        new(Severity.Danger, message, "serve does not start like this", "mend it, and run the check again");

    /// <summary>The severity as the output has it.</summary>
    public string SeverityName => Severity switch
    {
        Severity.Danger => "danger",
        Severity.Warning => "warning",
        _ => "advice",
    };

    /// <summary>One line.</summary>
    public override string ToString() => $"{SeverityName}: {What}. Why: {Why}. Do: {Do}";
}
