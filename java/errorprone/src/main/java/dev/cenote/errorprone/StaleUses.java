package dev.cenote.errorprone;

import com.google.errorprone.util.ASTHelpers;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import com.sun.tools.javac.code.Symbol.VarSymbol;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the first use of an owner, or of a view of its memory, in statements that run after it was given back.
 * A variable that gets a new value anywhere is given up from that statement on. Lambdas and local classes are left out: when
 * they run is not known; so are calls of assertion libraries, which compare references.
 */
final class StaleUses extends TreeScanner<Void, Void> {

    private static final List<String> ASSERTIONS = List.of("org.assertj", "org.junit", "org.hamcrest", "com.google.common.truth");

    private final VarSymbol owner;
    private final Set<VarSymbol> watched;
    private final boolean isClosed;
    private @Nullable Tree found;
    private @Nullable VarSymbol foundVariable;

    /** Views only, if the owner was reset; else the owner too. */
    StaleUses(VarSymbol owner, Set<VarSymbol> views, boolean isClosed) {
        this.owner = owner;
        this.watched = new HashSet<>(views);
        if (isClosed) {
            this.watched.add(owner);
        }
        this.isClosed = isClosed;
    }

    @Nullable Tree firstIn(List<? extends StatementTree> following) {
        for (StatementTree statement : following) {
            forgetAssigned(statement);
            if (watched.isEmpty()) {
                return null;
            }
            scan(statement, null);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    String text() {
        String name = foundVariable == null ? "" : foundVariable.getSimpleName().toString();
        String what = name.contentEquals(owner.getSimpleName()) ? "'" + name + "' is used"
            : "'" + name + "' reaches memory of '" + owner.getSimpleName() + "' and is used";
        return what + " after an earlier statement " + (isClosed ? "gave '" + owner.getSimpleName() + "' back"
            : "reset '" + owner.getSimpleName() + "'") + "; its memory may belong to somebody else by then";
    }

    private void forgetAssigned(StatementTree statement) {
        new TreeScanner<Void, Void>() {
            @Override
            public @Nullable Void visitAssignment(AssignmentTree tree, @Nullable Void unused) {
                watched.remove(Memory.variable(tree.getVariable()));
                return super.visitAssignment(tree, unused);
            }
        }.scan(statement, null);
    }

    @Override
    public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void unused) {
        String from = Memory.packageOf(ASTHelpers.getSymbol(call));
        if (ASSERTIONS.stream().anyMatch(from::startsWith)) {
            scanAsserted(call);
            return null;
        }
        VarSymbol receiver = Memory.variable(ASTHelpers.getReceiver(call));
        if (receiver != null && watched.contains(receiver) && Memory.isHarmless(call)) {
            return scan(call.getArguments(), null);
        }
        return super.visitMethodInvocation(call, unused);
    }

    /** {@code assertThat(block)} compares; {@code assertThat(block.getInt(0))} reads. */
    private void scanAsserted(MethodInvocationTree call) {
        scan(call.getMethodSelect(), null);
        for (Tree argument : call.getArguments()) {
            if (Memory.variable(argument) == null) {
                scan(argument, null);
            }
        }
    }

    @Override
    public @Nullable Void visitBinary(BinaryTree tree, @Nullable Void unused) {
        boolean isHarmless = switch (tree.getKind()) { /* references are compared, or told by toString() */
            case EQUAL_TO, NOT_EQUAL_TO, PLUS -> true;
            default -> false;
        };
        for (Tree operand : List.of(tree.getLeftOperand(), tree.getRightOperand())) {
            if (!isHarmless || Memory.variable(operand) == null) {
                scan(operand, null);
            }
        }
        return null;
    }

    @Override
    public @Nullable Void visitIdentifier(IdentifierTree tree, @Nullable Void unused) {
        VarSymbol variable = Memory.variable(tree);
        if (found == null && variable != null && watched.contains(variable)) {
            found = tree;
            foundVariable = variable;
        }
        return null;
    }

    @Override
    public @Nullable Void visitLambdaExpression(LambdaExpressionTree tree, @Nullable Void unused) {
        return null;
    }

    @Override
    public @Nullable Void visitClass(ClassTree tree, @Nullable Void unused) {
        return null;
    }
}
