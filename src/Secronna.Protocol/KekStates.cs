namespace Secronna.Protocol;

/// <summary>The states of a KEK.</summary>
public static class KekStates
{
    /// <summary>The KEK wraps new data keys.</summary>
    public const string Active = "active";

    /// <summary>The KEK only unwraps. Its data keys are being re-wrapped under the active KEK.</summary>
    public const string Retiring = "retiring";

    /// <summary>The wrapped key was destroyed.</summary>
    public const string Destroyed = "destroyed";
}
